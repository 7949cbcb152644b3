"""Kernels that start at once: forked from a process that has imported everything already.

A kernel of its own takes about a second to start and longer still to import the libraries, for
every notebook of every year anew. Where processes can be forked, one process imports them once and
each notebook runs in a fork of it: a fresh interpreter state per notebook as before, without the
waiting. Elsewhere (Windows) kernels start in the ordinary way.

``server`` forks, ``client`` stands for the fork towards Jupyter, ``manager`` tells papermill.
"""

from __future__ import annotations
