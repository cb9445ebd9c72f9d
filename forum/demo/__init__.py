"""The demonstration forum: invented people whose texts went the same way as everybody's."""
