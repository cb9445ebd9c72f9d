"""The pages of circles: reading, writing, and one's own."""

from forum.circles.views.entering import entering
from forum.circles.views.keeping import keeping
from forum.circles.views.mine import mine_pages
from forum.circles.views.reading import reading
from forum.circles.views.searching import searching
from forum.circles.views.talking import talking_pages
from forum.circles.views.writing import writing_pages

blueprints = (reading, writing_pages, mine_pages, keeping, searching, entering, talking_pages)
