"""The texts of the way through the wizard, by code: steps, verbs, work under way, messages.

Marked here, translated where they are shown.
"""

from __future__ import annotations

from feishu_wizard.text.catalog import N_

STEP_TITLES = {
    "prerequisites": N_("Prerequisites"),
    "credentials": N_("Credentials"),
    "permissions": N_("Permissions and release"),
    "save": N_("Save"),
    "test": N_("Test"),
    "finish": N_("Finish"),
}
STEP_INTROS = {
    "prerequisites": N_(
        "Say where your CAN server is and what Feishu should do for it. The program then checks "
        "what this computer can reach."
    ),
    "credentials": N_(
        "Create the app in Feishu's developer console, or take an existing one, and enter its "
        "App ID and App Secret."
    ),
    "permissions": N_("What the app still needs in Feishu, collected into a single version."),
    "save": N_("Read what will change, then press the button. Nothing is written before that."),
    "test": N_(
        "Prove each capability by doing it once: a message, a sign-in, a walk through the people."
    ),
    "finish": N_("What is proven, what is only configured, and what to click next in CAN."),
}
STEP_STATES = {
    "not_yet": N_("Not yet"),
    "current": N_("Current step"),
    "done": N_("Done"),
    "open": N_("Left open"),
}
VERBS = {
    "check_and_continue": N_("Check and continue"),
    "check_permissions": N_("Check permissions"),
    "check_again": N_("Check again"),
    "diagnose": N_("Diagnose"),
    "continue": N_("Continue"),
    "continue_open": N_("Continue, {count} open"),
    "show_changes": N_("Show what changes"),
    "save_to_can": N_("Save to CAN"),
    "save_to_file": N_("Save to file"),
    "save_replace": N_("Save and replace changes"),
    "find_recipients": N_("Find recipients"),
    "send_test_message": N_("Send test message"),
    "close": N_("Close"),
    "sign_in_once": N_("Sign in once"),
    "rehearse_sync": N_("Rehearse the sync"),
    "go_on_walking": N_("Go on reading"),
    "next_push": N_("Next: messages"),
    "next_sso": N_("Next: sign-in"),
    "next_user_sync": N_("Next: user sync"),
}
BUSY = {
    "checking_network": N_("Checking the network"),
    "diagnosing": N_("Diagnosing"),
    "checking_credentials": N_("Checking App ID and App Secret"),
    "changing_secret": N_("Changing the App Secret"),
    "checking_permissions": N_("Reading what is granted"),
    "reading_grants": N_("Reading what is granted"),
    "reading_basis": N_("Comparing with what is in force now"),
    "comparing_sides": N_("Comparing this setup, CAN and Feishu"),
    "asking_approval": N_("Asking the administrators for approval"),
    "reading_recording": N_("Reading what the browser recorded"),
    "deriving_profile": N_("Working out how CAN is saved to"),
    "keeping_profile": N_("Keeping the profile"),
    "trying_profile": N_("Reading from CAN, changing nothing"),
    "comparing": N_("Reading what is stored"),
    "saving": N_("Saving and reading back"),
    "walking": N_("Reading the address book"),
    "resolving": N_("Looking up the recipients"),
    "sending": N_("Sending the test message"),
    "reading_groups": N_("Reading the groups"),
    "finding_out": N_("Finding out what arrived"),
    "recalling": N_("Recalling what was sent"),
    "checking_urls": N_("Reading the registered redirect URLs"),
    "preparing_sign_in": N_("Preparing CAN's sign-in page"),
    "noting": N_("Noting what you saw"),
    "testing_by_can": N_("CAN tests itself"),
    "reading_list": N_("Reading the list"),
    "reading_accounts": N_("Reading the accounts"),
    "comparing_accounts": N_("Comparing accounts and people"),
    "exporting_people": N_("Writing the list of people"),
    "exporting": N_("Writing the report"),
    "opening": N_("Opening the setup file"),
    "taking_over": N_("Taking over what is in the hand-over file"),
    "unsealing": N_("Opening the hand-over file"),
    "sealing": N_("Encrypting the hand-over file"),
    "checking_sealed": N_("Opening the new file as a check"),
    "reading_output": N_("Reading the output of the script"),
    "forgetting": N_("Removing secrets and state of this setup"),
    "undoing": N_("Restoring what was stored before"),
    "cancelling": N_("Cancelling"),
    "scan_waiting": N_("Waiting for somebody to scan and confirm"),
    "sign_in_starting": N_("Preparing the sign-in"),
    "sign_in_waiting": N_("Waiting for somebody to sign in"),
    "sign_in_reading": N_("Reading who signed in"),
    "reading_app": N_("Reading the app as it is now"),
    "changing_app": N_("Changing the app"),
    "submitting_version": N_("Submitting the version"),
    "reading_back": N_("Reading back what was changed"),
    "removing_helpers": N_("Removing permissions"),
}
ACTIONS = {
    "resume": N_("Continue where I stopped"),
    "start_over": N_("Start over"),
    "show_window": N_("Show that window"),
    "start_another": N_("Start another setup"),
    "take_again": N_("Try again"),
    "take_over": N_("Go on anyway"),
    "put_aside": N_("Put it aside and begin a new one"),
    "switch_edition": N_("Switch and check again"),
    "choose_edition": N_("Look at edition and address"),
    "switch_app_type": N_("It is a self-built app"),
    "undo": N_("Undo"),
    "retry": N_("Try again"),
    "copy_details": N_("Copy the details"),
}
MESSAGES = {
    "profile_in_use": N_(
        "The profile “{profile}” is used from now on. Fill in what it asks for and try it."
    ),
    "cancelled": N_("Cancelled. What you entered is kept."),
    "checked_with_warnings": N_("Checked. The notes in the list can wait."),
    "other_edition": N_(
        "The App ID is not known here, but {edition} knows it. Your secret was not sent there."
    ),
    "scan_created": N_("The app {app_id} was created. Its App ID and App Secret are here."),
    "scan_completed": N_("The scan was confirmed. The list shows what is granted now."),
    "permissions_complete": N_("Everything required is granted."),
    "waiting_for_approval": N_(
        "A version is under review. You can close the program and continue after the approval."
    ),
    "change_nothing": N_("The app has all of this already. Nothing was changed."),
    "change_made": N_("The app was changed. What was read back is listed."),
    "change_submitted": N_(
        "Version {version} was submitted. You can close the program and continue after the "
        "approval."
    ),
    "change_undone": N_("The change was taken back as far as the platform allows."),
    "helpers_removed": N_("Removed and read back. CAN does not need these permissions."),
    "nothing_to_save": N_("Nothing to change: what is stored equals this setup."),
    "saved": N_("Saved and read back: {where}"),
    "undone": N_("The save was taken back and read back: {where}"),
    "sealed_written": N_("Written, read back and opened as a check: {path}"),
    "exported": N_("The report was written: {path}"),
    "written": N_("Written: {path}"),
    "all_recalled": N_("Every message was taken back."),
    "list_read": N_("{count} recipients were read from {path}."),
    "listener_registered": N_("{url} is registered. Remove it again after the sign-in."),
    "listener_removed": N_("{url} is no longer registered."),
    "file_opened": N_("Opened {path}. Nothing was called or changed yet."),
    "forgotten": N_("Secrets and state of this setup were removed from this computer."),
    "resume_offer": N_("Last time you stopped at “{step}” ({at}). Continue there?"),
    "resume_waiting": N_(
        "Last time ({at}) a version was waiting for approval. Continue and check whether it came?"
    ),
    "resume_elsewhere": N_(
        "The setup of last time (“{step}”, {at}) is open in another window of this program."
    ),
    "journal_aside": N_("The damaged journal is kept as {path}. A new one begins."),
    "resumed": N_("Continuing where you stopped ({at}). Results have to be checked again."),
}
