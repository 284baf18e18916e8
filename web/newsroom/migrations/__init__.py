"""The steps by which an older database becomes this version's; ``Database.migrate`` takes them."""
