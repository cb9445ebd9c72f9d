"""The pages for oneself, and the wall of celebrations."""

from forum.growth.views.celebrations import celebration_pages
from forum.growth.views.check_ins import check_in_pages
from forum.growth.views.goals import goal_pages

blueprints = (goal_pages, check_in_pages, celebration_pages)
