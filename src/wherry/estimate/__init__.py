"""What a project will weigh, hold and take on a host: slug, memory, time to boot, threads.

Plain inputs, so that doctor, rehearse and shrink can ask; each answer carries its interval and how
it was reached.
"""
