"""Where the admin is: steps, answers, session. No Qt, no I/O; work starts through a Runner."""
