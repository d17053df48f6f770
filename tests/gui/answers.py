"""Answers of a person who is not there."""


class Answers:
    """Gives these answers, and remembers what it was asked."""

    def __init__(self):
        self.asked = []
        self.reads = True
        self.keeps = "discard"
        self.recovers = "recover"
        self.path = None

    def may_read(self, paths):
        self.asked.append(("read", tuple(paths)))
        return self.reads

    def keep_changes(self, name):
        self.asked.append(("keep", name))
        return self.keeps

    def recovery(self, saved):
        self.asked.append(("recover", saved))
        return self.recovers

    def file_to_save(self, suggested):
        self.asked.append(("save", suggested))
        return self.path
