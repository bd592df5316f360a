"""The command line: thin faces over `app`, `reading` and `store`. One module a command, imported only when called."""
