"""The two programs that open the window: at a person's screen, and for a film on none.

Each is imported by its own name, since `render` loads FFmpeg's libraries.
"""
