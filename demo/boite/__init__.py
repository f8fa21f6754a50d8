"""Mailbox of the demonstration: keeps the e-mails and SMS that the product sends, and shows them.

A process of its own, speaking SMTP and HTTP on the loopback. Nothing leaves the machine.
"""
