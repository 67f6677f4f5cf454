"""A client of registries that nobody here wrote, as a program: `push` and `pull` of PyPI's oras.

    main.py push TARGET FILE:TYPE [CONFIG:TYPE]
    main.py pull TARGET FOLDER

The registry is on loopback, without encryption. Files are below the working folder.
"""

import sys

from oras.client import OrasClient

action, target, what, *config = sys.argv[1:]
client = OrasClient(insecure=True)
if action == "push":
    client.push(target, files=[what], manifest_config=config[0] if config else None)
elif action == "pull":
    client.pull(target, outdir=what)
else:
    sys.exit(f"no such action: {action}")
