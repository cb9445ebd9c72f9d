class ScreeningUnavailable(Exception): pass
