"""The program that watches a process tree or the machine, in a process of its own. It imports the standard library only."""
