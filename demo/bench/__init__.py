"""`bin/bench`: measures the product on this machine, beside a bare Django view in the same run.

banc        the servers, alone in a data folder of their own that is removed at the end
semis       patients, documents, professionals and their sessions, sealed by the product's keys
scenarios   what a client asks, and how an answer is told from a fast error page
charge      eight keep-alive clients in two processes
noyau       what needs no server: decisions, passwords, sealing
profil      where the time of one request goes (cProfile, one process)
releve      the table
"""
