"""Verbs and writes that wait for approval: which rule fits, who is asked, what they decide, and what that sets off.

A rule makes a command raise ApprovalRequired instead of doing its work. The request keeps the record as it was asked
for; the last approval does the work if the record is still that one, as the person who asked. Locks are taken in this
order: request, then record. A change of the record therefore never waits for a request: one that is being decided at
this moment is compared with the record again before the work is done.
"""
