"""The pages of members: joining, signing in, leaving, one's account."""

from forum.members.views.joining import joining
from forum.members.views.leaving import leaving
from forum.members.views.signing import signing

blueprints = (joining, signing, leaving)
