"""What PyPump 0.3, written for Python 2, itself gets wrong on a current Python. Nothing about the server is patched."""

import importlib.machinery
import sys

# Faults that stop the import or a first call: (module, what stands there, what Python 3 wants).
SOURCE_PATCHES = [
    # Fault: print statements, which are syntax errors since Python 3.
    ("pypump.pypump", "print response\n", "print(response)\n"),
    ("pypump.pypump", "print response.content\n", "print(response.content)\n"),
    # Fault: an implicit relative import, gone since Python 3.
    ("pypump.openid", "from compatability import *", "from pypump.compatability import *"),
    # Fault: `types(…)` for `type(…)` in the branch for Python 3, which therefore never worked.
    ("pypump.compatability", "if types(string) is str:", "if type(string) is str:"),
]


def apply():
    """Must run before the first import of pypump."""
    sys.meta_path.insert(0, _PatchedModules())
    _give_feeds_the_iterator_protocol()


def _give_feeds_the_iterator_protocol():
    # Fault: iterators have `next` only, which is called `__next__` since Python 3.
    from pypump.models.feed import InfiniteFeed

    InfiniteFeed.__next__ = InfiniteFeed.next


class _PatchedModules(importlib.machinery.PathFinder):
    """Finds the modules that need a source patch, and has them loaded with it."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name not in {module for module, _old, _new in SOURCE_PATCHES}:
            return None
        spec = super().find_spec(name, path, target)
        spec.loader = _PatchedSource(name, spec.origin)
        return spec


class _PatchedSource(importlib.machinery.SourceFileLoader):
    def get_code(self, name):
        source = self.get_data(self.path).decode()
        for module, old, new in SOURCE_PATCHES:
            if module == name:
                assert old in source, f"{old!r} is not in {name}"
                source = source.replace(old, new)
        return self.source_to_code(source, self.path)
