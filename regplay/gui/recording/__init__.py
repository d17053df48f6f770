"""The window for an audience: presented, recorded, played by a storyboard."""
