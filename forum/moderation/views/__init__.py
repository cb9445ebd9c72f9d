"""The pages of the desk, and the few that members and visitors see of it."""

from forum.moderation.views.deciding import blueprint as desk
from forum.moderation.views.logbook import logbook
from forum.moderation.views.looking import looking
from forum.moderation.views.measures import measures
from forum.moderation.views.queue import queue_pages
from forum.moderation.views.reports import reporting
from forum.moderation.views.rulebook import rulebook
from forum.moderation.views.team import keys_wanted, team

blueprints = (desk, queue_pages, measures, reporting, team, logbook, rulebook, looking)
for _pages in blueprints:
    _pages.context_processor(keys_wanted)
