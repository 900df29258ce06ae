#!/usr/bin/env python3
"""Compares PyYAML (YAML 1.1) with what our writer meant.

Reads JSON lines {"yaml": text, "json": value} from standard input (test/yaml-corpus.ts prints them). Prints each difference and ends
with "N passed, N failed"; exit code 1 if any differs or none came, 2 if PyYAML is not installed.
"""

import json
import sys

try:
    import yaml
except ImportError:
    print("PyYAML is not installed. Run: pip install pyyaml", file=sys.stderr)
    sys.exit(2)

LOADERS = [yaml.SafeLoader] + ([yaml.CSafeLoader] if hasattr(yaml, "CSafeLoader") else [])


def same(read, meant):
    """Equality that tells true from 1 and "1" from 1, as JSON does; 1 and 1.0 are one number there."""
    if isinstance(meant, dict):
        return isinstance(read, dict) and read.keys() == meant.keys() and all(same(read[key], meant[key]) for key in meant)
    if isinstance(meant, list):
        return isinstance(read, list) and len(read) == len(meant) and all(map(same, read, meant))
    if isinstance(meant, bool) or isinstance(read, bool) or meant is None:
        return read is meant
    if isinstance(meant, (int, float)):
        return isinstance(read, (int, float)) and read == meant
    return isinstance(read, str) and read == meant


def difference(text, meant):
    """What is wrong with the way PyYAML reads the text, or None."""
    for loader in LOADERS:
        try:
            read = yaml.load(text, Loader=loader)
        except (yaml.YAMLError, ValueError) as error:
            return f"{loader.__name__} refuses it: {error}"
        if not same(read, meant):
            return f"{loader.__name__} reads {read!r}"
    return None


def main():
    passed = failed = 0
    for line in sys.stdin:
        pair = json.loads(line)
        problem = difference(pair["yaml"], pair["json"])
        if problem is None:
            passed += 1
            continue
        failed += 1
        print(f"{problem}\n  meant   {pair['json']!r}\n  written {pair['yaml']!r}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
