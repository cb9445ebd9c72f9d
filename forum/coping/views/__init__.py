"""The pages of the library."""

from forum.coping.views.library import coping
from forum.coping.views.pages import pages
from forum.coping.views.writing import card_writing

blueprints = (coping, card_writing, pages)
