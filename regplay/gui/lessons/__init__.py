"""The panel that a lesson is read in, and the guide that sets up what its pages ask for."""
