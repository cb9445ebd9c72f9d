class ScreeningUnavailable(Exception):
    pass
