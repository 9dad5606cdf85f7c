"""What a ticket is: credential, keys, identity tags, admission, fares, events. Pure; imports nothing of ours."""
