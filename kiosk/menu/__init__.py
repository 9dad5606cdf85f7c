"""What else can be done here than buying, for whoever has begun a session already."""
