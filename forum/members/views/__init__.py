"""The pages of members: joining, signing in, leaving, one's account, staff."""

from forum.members.views.account import account
from forum.members.views.data import data
from forum.members.views.factor import factor
from forum.members.views.joining import joining
from forum.members.views.leaving import leaving
from forum.members.views.signing import signing
from forum.members.views.staff import staff

blueprints = (joining, signing, leaving, account, factor, data, staff)
