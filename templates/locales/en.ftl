product = Formwork

## Words with one fixed label each
word-app = App
word-draft = Draft
word-published = Published
word-template = Template
word-record = Record
word-document = Document
word-lines = Lines
word-flow = Approval flow
word-case = Case
word-node = Step
word-task = Task
word-ledger = Ledger
word-move = Move
word-balance = Balance
word-reserved = Reserved
word-role = Role
word-permission = Permission
word-data-range = Data range
word-main-administrator = Main administrator
word-administrator = Administrator

## Everywhere
skip-link = Skip to content
menu-main = Main menu
menu-dock = Bottom menu
crumbs = You are here
nav-home = Home
nav-todo = To do
nav-messages = Messages
nav-apps = Apps
nav-all-apps = All apps
nav-me = Me
me-menu = Your menu
me-profile = Profile
language = Language
theme = Appearance
theme-light = Light
theme-dark = Dark
theme-system = System
sign-in = Sign in
sign-out = Sign out
cancel = Cancel
save = Save
search = Search
copy = Copy
copied = Copied
undo = Undo
yes = Yes
no = No
masked = Hidden
no-value = no value
none-chosen = Not chosen
changed-to = becomes
sum = Total
sum-page = Total on this page
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec
weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun
day-in-words = { $weekday } { $day } { $month }
today = today
yesterday = yesterday
ago-now = just now
ago-minutes = { $count ->
    [one] { $count } minute ago
   *[other] { $count } minutes ago
}
ago-hours = { $count ->
    [one] { $count } hour ago
   *[other] { $count } hours ago
}
ago-days = { $count ->
    [one] { $count } day ago
   *[other] { $count } days ago
}
lasting-moment = under a minute
lasting-minutes = { $count } min
lasting-hours = { $count } h
lasting-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
greeting-morning = Good morning, { $name }
greeting-afternoon = Good afternoon, { $name }
greeting-evening = Good evening, { $name }
saved = Saved
saved-at = Saved { $time }
deleted = Deleted { $name }
submitted = Submitted { $name }
you = You
sentence-break = ; { "" }

## Signing in
login-title = Sign in
login-heading = Sign in to { $organisation }
login-hint = Use the account your company gave you
login-name = Account
password = Password
password-again = Password again
password-new = New password
password-current = Current password
password-show = Show
password-hide = Hide
password-help = At least 8 characters; longer is better.
login-foot = The data stays on your company’s own server
login-demo = Demo accounts
login-demo-password = Every demo account has the password { $password }
drawing-width = 3 bays · 8,100
drawing-height = 4 levels · 7,200
drawing-number = Drawing FW-01
drawing-scale = Scale 1 : 30

## First run
setup-title = Get started
setup-intro = One page and it works. All of it can be changed later.
setup-organisation-section = Company
setup-organisation = Company name
setup-organisation-help = Shown on the sign-in page and at the top of every page.
setup-admin-note = That is you; a company has exactly one
setup-name = Your name
setup-login-help = Typed when signing in; 2 to 50 characters without spaces.
setup-start = Where to start
setup-bundled = included
setup-empty = Start empty
setup-empty-help = No apps yet; you make your own after signing in.
setup-demo = Add sample data
setup-demo-help = Sample master data only, without people and documents; you can delete it later.
setup-go = Finish set-up
setup-done = Set up. Sign in with the account you just made

## Home
home-counters = Today’s work
home-all-todo = All tasks
home-todo-empty-title = Nothing to do
home-todo-empty-body = New tasks appear here
home-pinned = Often used
home-recent = Submitted lately
home-recent-empty = What you submit is listed here.
checklist-title = What comes next
checklist-company = Set up the company and its main administrator
checklist-app = Import an app
checklist-app-help = Run { $command } on the server, followed by the folder of the app or its .fwapp file.
checklist-people = Add colleagues
checklist-people-help = Run { $command } on the server, along with their roles.
checklist-done = done

## To-do
todo-title = To do
todo-boxes = Boxes
todo-list = List
box-todo = For me
box-done = Decided by me
box-started = Started by me
box-cc = Copied to me
todo-search-hint = Number or title
todo-all = All
todo-count = { $count } in all
todo-empty-title = Nothing to do
todo-empty-body = Documents that need you appear here
done-empty-title = Nothing decided yet
done-empty-body = Documents that you decide stay here
started-empty-title = You have not started an approval yet
started-empty-body = Once you submit a document, you see here how far it got
cc-empty-title = Nothing copied to you
cc-empty-body = Documents that others copy to you appear here
search-empty-title = Nothing found
search-empty-body = Try another word, or clear the search

## Deciding
task-decide = Decide
task-comment = Comment
task-comment-hint = Comment (required to reject or return)
task-reason = Why it came to you:{" "}
task-read-only = You may change: { $fields }. Everything else is read-only at this step.
task-not-approved = Not approved: { $reason }
task-short-count = { $count } shortages
task-shortage-advice = Nothing has changed and the task is still yours. You can return it, so that the quantities are corrected.
task-return-to-fix = Return for correction
task-next = Next task
task-back = Back to the list
task-decided = { $who } { $what } this at { $when }
task-superseded = { $who } has dealt with this; nothing is left for you to do.
op-approve = Approve
op-reject = Reject
op-return = Return
op-complete = Done
op-transfer = Reassign
op-withdraw = Withdraw
op-submit = Submit
op-revoke = Ask to revoke
did-approve = approved
did-reject = rejected
did-return = returned
did-complete = completed
did-submit = submitted
did-withdraw = withdrew
did-cc = copied
did-post = posted
did-skip = skipped
flash-draft = Saved as a draft
flash-save = Saved { $name }
flash-submit = Submitted { $name }
flash-resubmit = Submitted { $name } again
flash-delete = Deleted
flash-restore = Restored
flash-publish = Published { $name }
flash-field = The field is back in the draft; check it and publish
flash-version = Taken up as a draft; check it and publish
flash-draft-discard = Back to the live version
flash-password = Password changed; other devices are signed out
flash-approve = Approved { $name }
flash-reject = Rejected { $name }
flash-return = Returned { $name }
flash-button = Done: { $name }
flash-withdraw = Withdrew { $name }
waiting-for-you = Waits for you
waiting = Waiting
system = System
track-title = How far the case got
step-done = done
step-now = current step
step-skip = will be skipped
step-ahead = still to come
step-refused = rejected here
timeline-title = Flow
history-title = History
history-created = created
history-changed = changed
history-empty-title = Not changed yet
history-empty-body = Every change is recorded here
flow-empty-title = Not submitted yet
flow-empty-body = Once submitted, you see here how far it got
did-resubmit = resubmitted
did-approve-earlier = approved earlier, passed by itself
did-cc-to = sent a copy to { $who }
did-skip-node = found nobody for “{ $node }” and went on
did-unpost = reversed the posting
did-terminate = ended it
track-post-ahead = as soon as it is approved
track-nobody = nobody to ask
track-starter = the only one to ask started it
track-earlier = approved earlier
no-reason = no reason given
task-open-record = Open the record
task-of-other = This is waiting for { $who }.
task-void = This task no longer stands; the flow shows where the record is.
task-via-superior = It would be decided by whoever started it, so their superior decides.
task-via-head = It would be decided by whoever started it, so the head of their department decides.
task-via-members = Nobody was found to decide, so it came to the people named for that.
task-via-administrators = Nobody was found to decide, so it came to the administrators.
track-post = Posting

## States of a record and of a case
state-draft = Draft
state-in-approval = In approval
state-approved = Approved
state-rejected = Rejected
state-revoked = Revoked
state-returned = Returned
state-withdrawn = Withdrawn
note-rejected = { $who } rejected it: { $reason }
note-returned = { $who } returned it for correction: { $reason }
note-withdrawn = { $who } withdrew it; it is a draft again.
state-terminated = Ended

## Fields that every record has
field-id = ID
field-created-at = Created
field-created-by = Created by
field-updated-at = Changed
field-updated-by = Changed by
field-version = Version
field-owner = Owner
field-department = Department
field-state = State

## Lists
grid-views = Views
view-all = All
new-record = New { $title }
filter = Filter
filter-field = Field
filter-op = Comparison
filter-value = Value
filter-apply = Apply
filter-remove = Remove condition: { $filter }
filter-none = Choose a field
filter-chip = { $field } { $op } { $value }
filter-op-eq = is
filter-op-ne = is not
filter-op-lt = is less than
filter-op-le = is at most
filter-op-gt = is more than
filter-op-ge = is at least
filter-op-in = is one of
filter-op-nin = is none of
filter-op-contains = contains
filter-op-starts = starts with
filter-op-empty = is empty
filter-op-between = is between
filter-op-under = belongs to
filter-op-from = from
filter-op-until = until
filter-op-set = is filled in
filter-me = Me
view-menu = View
view-changed = Changed
view-save = Save
view-discard = Discard
view-save-as = Save as a new view
view-title = Name of the view
view-make = Save
view-for-all = For everybody
view-rename = Name of the view
view-rename-do = Rename
view-first = Open the list with it
view-not-first = No longer open the list with it
view-duplicate = Duplicate
view-left = Move left
view-right = Move right
view-share = Let everybody use it
view-unshare = Keep it to yourself
view-delete = Delete view
view-copy = { $title } copy
view-lost = { $count } fields of this view no longer exist or are not shown to you, so they are left out
filter-group = A group of conditions
filter-condition = Condition
filter-join = Between conditions
filter-join-all = All hold
filter-join-any = Any holds
filter-join-not-all = Not all hold
filter-join-not-any = None holds
filter-add = Add condition
filter-add-group = Add group
filter-drop = Remove this condition
filter-drop-group = Remove this group
filter-and = and
filter-or = or
filter-not = not ({ $words })
filter-days = { $days } days
filter-days-unit = days
filter-mine = My { $title }
filter-both = Fill in both values
filter-op-ncontains = does not contain
filter-op-nunder = does not belong to
filter-line = { $field } (any line of { $lines })
filter-one-line = in one line: ({ $words })
filter-op-today = is today
filter-op-this_week = is this week
filter-op-last_week = is last week
filter-op-this_month = is this month
filter-op-last_month = is last month
filter-op-this_year = is this year
filter-op-last = in the last
filter-op-next = in the next
filter-op-older = is longer ago than
filter-op-later = is further away than
grid-sort = Sort
grid-group = Group
grid-grouped = Group: { $title }
group-by-day = { $title }: by day
group-by-week = { $title }: by week
group-by-month = { $title }: by month
group-by-quarter = { $title }: by quarter
group-by-year = { $title }: by year
grid-columns = Columns { $shown }/{ $all }
grid-columns-name = Columns
grid-columns-reset = Reset
grid-frozen-label = Freeze
grid-frozen = first { $count }
sort-direction = Direction
sort-asc = Ascending
sort-desc = Descending
sort-up = Move up
row-height = Row height
row-compact = Compact
row-normal = Normal
row-tall = Tall
row-pick = Choose { $name }
row-pick-all = Choose this page
column-menu = What to do with { $title }
column-up = Ascending
column-down = Descending
column-group = Group by this
column-total = Total: { $total }
column-freeze = Freeze up to here
column-hide = Hide
column-left = Move { $title } forward
total-sum = Sum
total-average = Average
total-min = Least
total-max = Greatest
total-count = Filled in
total-count-distinct = Different
sum-all = Total
sum-ask = Add up all rows
sum-readable = Total of what you can see
group-more = { $count } more
group-alone = This group alone
bulk-bar = For the chosen rows
bulk-count = {"{n}"} chosen
bulk-all = Choose all { $count }
bulk-all-picked = All {"{n}"} chosen
bulk-field = Field to change
bulk-set = Set a field
bulk-delete = Delete
bulk-none = Choose none
redo = Redo
undone = Undone
redone = Done again
undo-refused = Not undone: somebody changed it since
cells-done = Changed { $count }
cells-deleted = Deleted { $count }; this can be undone
cells-refused = Not saved: { $count } do not fit
cells-failed = Not saved; check the connection and try again
cells-copied = {"{n}"} cells copied
cell-stale = Somebody just changed it; now it is: {"{value}"}
cell-mine = Use mine
cell-theirs = Use theirs
paste-ask = Changes {"{cells}"} cells in {"{rows}"} rows and makes {"{new}"} new rows
paste-do = Paste
flash-view-create = View saved
flash-view-save = View saved
flash-view-rename = View renamed
flash-view-share = Everybody can use this view now
flash-view-unshare = Only you can use this view now
flash-view-duplicate = View duplicated
flash-view-delete = View deleted
flash-view-first = The list now opens with this view
search-hint = { $fields }
pager-previous = Previous
pager-next = Next
pager-older = Older
pager-size = Per page
pager-rows = { $count ->
    [one] { $count } row on this page
   *[other] { $count } rows on this page
}
pager-rows-of = { $count } of { $total } rows
pager-tally = Count on
grid-empty-title = No { $title } yet
grid-empty-body = Make the first one, or try another view
grid-empty-read = Once there is something, it is listed here
unnumbered-of = { $title } without a number
not-numbered = No number yet
level-of = { $value } of { $whole }
grid-nothing-title = Nothing fits the conditions
grid-nothing-body = Remove some conditions, or search for another word
grid-clear = Clear conditions
level-label = { $value } now, ticks at { $marks }

## Boards, calendars, galleries
view-kind = Kind of view
view-kind-grid = Table
view-kind-kanban = Board
view-kind-calendar = Calendar
view-kind-gallery = Gallery
view-drawn = Layout
view-drawn-by = Columns by { $title }
view-drawn-on = Days by { $title }
view-member-by = Columns by
view-member-start = First day
view-member-end = Last day
view-member-color-by = Colour by
view-member-cover = Cover
board-unset = Not set
board-none = No records
board-more = Show more
board-more-of = { $name }: show more
board-new = New
board-new-in = New in “{ $name }”
board-move = Move to
board-move-title = Move “{ $name }” to
board-moved = Moved to “{ $title }”
board-moved-away = Moved; it no longer meets the conditions here
board-whole = Back to the whole board
board-truncated = Too many columns: the first { $count } are shown. Add a condition to see the others
flash-move = Moved
drawer-whole = Open the page
drawer-previous = Previous record
drawer-next = Next record
drawer-close = Close
board-move-do = Move
calendar-month = Month
calendar-week = Week
calendar-days = Days
calendar-span = Span
calendar-previous = Earlier
calendar-next = Later
calendar-today = Today
calendar-title = { $month } { $year }
calendar-stretch = { $first } – { $last }
calendar-new-on = New on { $day }
calendar-day-of = { $day }, { $count } records
calendar-more = { $count } more
calendar-truncated = Too many records in this stretch: the first { $count } are shown. Add a condition or show fewer days to see all
weekday-short-1 = Mon
weekday-short-2 = Tue
weekday-short-3 = Wed
weekday-short-4 = Thu
weekday-short-5 = Fri
weekday-short-6 = Sat
weekday-short-7 = Sun

## Forms
form-outline = On this page
form-error-count = { $count ->
    [one] { $count } thing to correct
   *[other] { $count } things to correct
}
form-error-short = { $count } to correct
form-save-draft = Save draft
form-submit = Submit
form-save = Save
form-lines-count = { $count ->
    [one] { $count } line
   *[other] { $count } lines
}
form-after-submit = After submitting
form-live-failed = The server did not answer, so sums are not up to date; what you typed is still here
form-new = New
form-edit = Edit
lines-empty = No lines yet
line-add = Add a line
line-remove = Delete this line
line-number = Line number
line-actions = Actions
picker-placeholder = Type a name or number to search
picker-none = Nothing found
picker-more = There are more; keep typing to narrow them down
picker-failed = The server did not answer; try again shortly
picker-remove = Remove { $name }
stale-title = { $who } changed this record at { $when }, so it is not saved yet. What you typed is all here: choose which to keep, then save again.
stale-reload = Open the latest
stale-stored = Now
stale-typed = Yours

## Records
record-tabs = Parts of the record
tab-details = Details
tab-flow = Flow
tab-history = History
action-edit = Edit
action-delete = Delete
action-submit = Submit
action-copy = Submit again
delete-confirm-title = Delete { $name }
delete-confirm-body = It leaves every list; its history is kept.
record-correct = Correct it
line-of = { $lines }, line { $count }
field-says = { $field }:{" "}
action-resubmit = Submit again
record-version = Version { $version }
record-created = Created by { $who }, { $when }
record-updated = Changed by { $who }, { $when }
record-started = { $who } · submitted { $when }

## Printing
action-print = Print
print-template = Layout
print-paper = Paper
print-copies = Copies
print-update = Update preview
print-hint = In the print dialog choose the same paper, scale “actual size” and no headers of the browser; for a PDF choose “Save as PDF”.
print-record = Default layout
print-label = QR label
print-records = { $count } records
print-left-out = { $count } left out: not there, or you may not print them
print-no-sheets = Nothing to print: this prints one sheet for each line, and there are no lines
print-masked = Part of this is left out, for you may not see it
print-number = No.
print-subtotal = subtotal
print-total = Total
print-amount = Amount in words
print-approvals = Approvals
print-step = Step
print-who = Who
print-decision = Decision
print-opinion = Opinion
print-time = Time
print-code-problem = The code “{ $content }” cannot be printed: { $reason }
paper-a4 = A4
paper-a5 = A5
paper-241x140 = 241 × 140 mm continuous
paper-60x40 = 60 × 40 mm label
paper-100x70 = 100 × 70 mm label
watermark-draft = DRAFT
watermark-in-approval = IN APPROVAL
watermark-rejected = REJECTED
watermark-revoked = VOID
barcode-empty = it is empty; fill it in first
barcode-too-long = it is too long, at most { $most } characters
barcode-character = this kind of code has no “{ $character }”; choose another kind or change the content
barcode-digits = an EAN-13 has 13 digits (or 12 without the check digit), this has { $found }
barcode-check-digit = the check digit should be { $right }, not { $found }; compare the number
barcode-identifier = “{ $identifier }” is no application identifier or has the wrong length; write it like (01)06942100000082(10)A7
error-too-many-records = At most { $most } records can be printed at once; print them in parts
error-too-many-sheets = At most { $most } sheets can be printed at once; take fewer copies, or print in parts

## Apps, messages, me
apps-title = Apps
apps-empty-title = No apps for you yet
apps-empty-body = If you need one, ask the main administrator
app-empty-title = Nothing in this app is open to you yet
app-empty-body = If you need it, ask the main administrator for permission
notice-task = { $title } from { $by } waits for your approval
notice-returned = { $by } returned { $title }; correct it and submit it again
notice-copy = { $by } copied you in: { $title }
notice-approved = { $title } is approved
notice-rejected = { $by } rejected { $title }
notice-terminated = { $by } ended { $title }
notice-refused = { $title } was not approved; a check failed when { $by } approved it: { $reason }
messages-read-all = Mark all as read
messages-unread = unread
messages-all = All
messages-empty-title = No messages
messages-empty-body = What concerns you is told here
me-look = Language and appearance
me-password = Change password
me-password-change = Change password
me-password-changed = Password changed; other devices have been signed out
me-login = Login
me-position = Position
me-organisation = Company
me-department = Department
me-roles = Roles

## Problems
problem-home = Back to Home
problem-back = Back
problem-reload = Open the latest
problem-request = Number
problem-forbidden-title = You may not open this
problem-forbidden-body = If you need it, ask the main administrator for permission.
problem-forbidden-ask = If you need it, ask { $who } for permission.
problem-not-found-title = Not found
problem-not-found-body = The address is wrong, or it has been deleted, or you may not see it.
problem-conflict-title = Not possible now
problem-conflict-body = Its state has changed. Go back and look at how it is now.
problem-stale-title = Somebody else was faster
problem-stale-body = After you opened it, somebody else saved it, so your changes were not saved. Open the latest and change it again.
problem-internal-title = Something failed; nothing was saved
problem-internal-body = The server ran into an error and the data is unchanged. Try again shortly; if it stays, give the number to your administrator.
problem-unavailable-title = Not available right now
problem-unavailable-body = The server is starting or being upgraded. Open it again in a moment.
problem-other-title = That did not work

## Error codes
error-invalid = Something needs correcting
error-unknown-field = There is no field { $field }
error-unknown-parameter = There is no parameter { $field }
error-unset-value = { $field } is not filled in, so this cannot be computed; fill it in first
error-unique = The same value exists already; use another
error-required = Fill this in
error-minimum = Must be at least { $minimum }
error-exclusive-minimum = Must be more than { $minimum }
error-maximum = Must be at most { $maximum }
error-exclusive-maximum = Must be less than { $maximum }
error-account-disabled = This account is disabled; ask an administrator
error-too-long = At most { $maximum } characters; shorten it
error-too-short = At least { $minimum } characters; add some
error-too-precise = At most { $scale } decimal places
error-number-range = The number is too large to store; make it smaller
error-type = { $expected ->
    [number] Enter a number, such as 12.5
    [integer] Enter a whole number
    [date] Write the date like 2026-11-20
    [time] Write the time like 09:30
    [datetime] Write it like 2026-11-20 09:30
    [boolean] Enter yes or no
    [id] Choose one from the list
    [duration] Write the duration like 1:30 or 90 min
    [location] Write it like 31.230416,121.473701 name of the place
    [address] Give the address in its parts
    [cascade] Choose level by level from the lists
    [json] Enter JSON
   *[other] The value is of the wrong kind; enter it again
  }
error-type-integer = Enter a whole number
error-type-decimal = Enter a number, such as 12.5
error-type-boolean = Enter yes or no
error-type-date = Write the date like 2026-11-20
error-type-time = Write the time like 09:30
error-type-datetime = Write it like 2026-11-20 09:30
error-type-text = Enter text
error-type-link = Choose one from the list
error-type-list = Enter a list of values
error-format = The form is not right; check it
error-pattern = The form is not right; check it
error-choice = Not one of the choices; pick one from the list
error-min-items = At least { $minimum } lines are needed; add some
error-max-items = At most { $maximum } lines; split it into several
error-max-batch = At most { $maximum } at a time; do it in several goes
error-not-shareable = Views that everybody uses are changed by the main administrator only; save one of your own
error-invalid-view = The view is not right: { $detail }
audit-view-create = Made a shared view
audit-view-edit = Changed a shared view
audit-view-delete = Deleted a shared view
error-link-not-found = That record does not exist or you may not see it; choose again
error-foreign-line = This line belongs to another record; open this one again
error-not-editable = You may not change this field here
error-hidden = You may not see this field, so you may not fill it in
error-stale = Somebody else changed this record, so it was not saved; open the latest and change it again
error-in-approval = It is in approval and cannot be changed. To change it, withdraw it first
error-in-use = It is still used by { $uses }, so it cannot be deleted
error-already-decided = { $name } dealt with this at { $when }
error-forbidden = You have no permission for this; ask an administrator if you need it
error-not-found = It does not exist or you may not see it
error-idempotency-mismatch = This differs from what was sent before; open the page again and submit
error-storage-full = The server’s disk is full, nothing was saved; tell your administrator
error-rate-limited = Too fast; try again in { $seconds } seconds
error-unauthenticated = Your sign-in has expired; sign in again
error-wrong-credentials = Account or password is wrong; { $left } tries left, then a pause of { $minutes } minutes
error-locked-out = Too many wrong tries; sign in again in { $minutes } minutes
error-malformed = The request is not well formed: { $detail }
error-too-large = Too large; at most { $maximum }
error-bad-cursor = This page is no longer valid; start again from the first
error-foreign-origin = The request came from another site and was not carried out
error-comment-required = Give the reason; the others will see it
error-weak-password = At least 10 characters, and not a common password
error-passwords-differ = The two passwords differ
error-wrong-password = The current password is wrong
error-login-taken = Somebody has this account already; choose another
error-rule-failed = The rule “{ $rule }” could not be computed: { $reason }
error-no-approver = Nobody was found to decide the step “{ $node }”; tell the app’s administrator
error-open-case = A case is already open for this record
error-not-withdrawable = Somebody has decided already, so it cannot be withdrawn
error-closed-period = { $period } is closed, nothing can be posted in it; change the date
error-internal = The server ran into an error, nothing was saved; number { $request }
error-unavailable = The server is busy; try again shortly
error-option = "{ $value }" is not one of the choices: { $options }
error-login = An account has 2 to 50 characters and no spaces
error-password-short = A password has at least { $minimum } characters
error-sign-in-blank = Enter account and password
error-line-not-found = This line is no longer there; open the record again
error-too-many = At most { $maximum } can be chosen; take some away
error-check = This does not meet the conditions; check it
error-reason-required = Give the reason; the others will see it
error-button-closed = “{ $button }” cannot be used now: the record has changed or does not meet its condition
error-approved-locked = It is approved and can no longer be changed
error-figure-too-large = The rollup { $field } would be larger than its field can hold; give the rollup fewer decimal places
error-not-yours = This task is somebody else’s, so you cannot decide it
error-not-open = It is not waiting for a decision now; go back and see how it stands
error-not-allowed = This cannot be done now
error-not-starter = Only whoever started it may withdraw it
error-withdraw-never = This approval cannot be withdrawn
error-withdraw-after-decision = Somebody has decided already; ask them to return it
error-not-administrator = Only an administrator may do this
error-no-return = This step cannot return it to whoever started it
error-resume-fixed = This step fixes how a returned case comes back
error-other-task = This task takes another kind of decision
error-nobody = Nobody was found to decide, so it was not submitted; tell the app’s administrator
error-too-many-people = { $count } people would decide, at most { $maximum } can; tell the app’s administrator
error-budget = The flow does not come to rest, so nothing was done; tell the app’s administrator
error-engine-written = This table is written by the engine and cannot be filled in by hand
error-not-starter-of-flow = You may not start this approval; ask the app’s administrator if you need to
error-out-of-scope = It would lie outside the data you may work on, so it was not saved; keep to your own range
error-no-flow = This table has no approval flow
error-administrators-only = Only the main administrator may do this
error-already-set-up = It is set up already; sign in
error-app-exists = The app “{ $app }” is there already
error-syntax = A rule is not well formed; tell the app’s administrator
error-type-mismatch = A rule could not be computed; tell the app’s administrator: { $detail }
error-division-by-zero = A division by zero, so it cannot be computed; change the figures
error-limit = A rule takes too long; tell the app’s administrator
error-failed = A rule could not be computed; tell the app’s administrator: { $detail }
error-not-available = This version does not support it yet; leave it empty
error-not-set-up = No company is set up yet; run formwork init, or open /setup in a browser
error-repeated-parameter = The parameter { $field } may be given once
error-session-needed = A token cannot do this; sign in first
error-too-large-body = This is larger than allowed; send less
error-unexpected-code = This account has no second factor; leave the code out
error-unknown-app = There is no app { $value }
error-method-not-allowed = This address does not take such a request
error-conflict = This cannot be done now; open the latest to see why
error-busy = The server is busy; try again in a moment
error-refused = The rules of the app do not allow this
error-no-cost = The cost is not known, so nothing was posted; give a price or a standard cost
error-invalid-filter = The filter or sort is wrong; check the field, the operator and the value

## Kinds of fields
rich-bold = Bold
rich-italic = Italic
rich-heading = Heading
rich-list = Bulleted list
rich-numbers = Numbered list
rich-link = Link
rich-address = Address of the link (https://…)
rich-clear = Clear formatting
duration-example = Such as 1:30 or 90 min
location-example = Latitude,longitude name of the place
location-here = Use my position
location-waiting = Finding your position…
location-denied = The browser does not allow the position; allow it in its settings, or type it
location-failed = The position was not found; try again, or type it
address-province = Province
address-city = City
address-district = District
address-street = Street
address-detail = House and room
filter-my-departments = My departments
error-json = This is not valid JSON (near line { $line }, character { $column }); correct it
## Files
files-choose = Choose files
files-choose-pictures = Choose pictures
files-choose-signature = Upload a picture of a signature
files-each = up to { $size } each
files-most = { $count ->
    [one] at most one
   *[other] at most { $count }
}
files-remove = Remove { $name }
files-drop = or drop them here
files-camera = Take a picture
files-too-large = Larger than { $size }, so it was not added; choose a smaller file
files-wrong-type = Not of a type that goes here, so it was not added; these do: { $accept }
files-too-many = { $count ->
    [one] Only one file goes here; this one was not added
   *[other] At most { $count } files go here; this one was not added
}
files-waiting = Waiting
files-sending = Uploading
files-broken = The upload broke off; check the network and try again
files-retry = Try again
files-take-out = Remove
files-held = Sent as soon as the files are uploaded
signature-pad = Signature by hand
signature-here = Sign here
signature-undo = Undo stroke
signature-clear = Clear
signature-done = Finish signing
error-file-too-large = The file is too large; at most { $maximum } bytes. Choose a smaller one
error-file-type = { $name } is of a type that does not go here; these do: { $accept }
error-too-many-files = At most { $maximum } files; remove some
error-too-few-files = At least { $minimum } files
error-too-many-uploads = More than { $maximum } files that you uploaded are not used yet; send the forms they are for, or try tomorrow
error-no-thumbnail = This file has no thumbnail; download it to look at it
# Forms: tabs, lines, scanning
form-tabs = Tabs
form-leave = There are changes that are not saved. Leave all the same
line-edit = Edit line { $count }
line-more = Actions of line { $count }
line-insert = Insert a line above
line-copy = Duplicate this line
line-up = Move up
line-down = Move down
lines-paste = Paste rows and columns from a spreadsheet
line-done = Done
step-less = One less
step-more = One more
scan = Scan
scan-title = Point at the barcode
scan-none = This browser cannot read barcodes with the camera; use a scanner, or type the code
scan-denied = The camera may not be used; allow it in the browser, or use a scanner
scan-taken = Filled in { $name }
scan-added = Line added: { $name }
scan-counted = { $name }: { $count }
scan-unknown = { $name } was not found; check the code
scan-ambiguous = { $name } stands for several records; choose one by hand
error-field-gone = The form has changed since you opened it: the field in which you typed “{ $value }” is gone. Copy it elsewhere if you need it, then save once more
error-link-unknown = “{ $value }” was not found; choose from the list
error-link-ambiguous = “{ $value }” stands for several records; choose from the list
error-distinct = { $fields } is the same as in line { $line }; make them one line, or change one

# Drafts of forms
draft-saved = Draft saved { $time }
draft-offer = You have a draft from { $time } that was not sent.
draft-continue = Continue
draft-discard = Discard it
draft-stale = Somebody changed this record since; when you save you choose field by field.
draft-gone = The form has changed; there is no place any more for what the draft says of: { $fields }

# Somebody else saved meanwhile
stale-compare = What is in conflict
stale-field = Field
stale-base = When you opened it
stale-both = Both changed
stale-no-line = No such line

# Taking over lines of another document
take-search = Find a document
take-none = There is no document to take lines from
take-document = Choose a document
take-lines = Lines of the document
take-choose = Choose
take-quantity = Quantity
take-over = Take over the ticked lines
take-show = Show
line-number-of = Line { $count }

# Reports and dashboards
report-parameters = Conditions
report-run = Show
report-any = Any
report-none = (empty)
report-total = Total
report-subtotal = Subtotal
report-others = Others
report-ask-title = Fill in the conditions first
report-ask-body = Correct the conditions marked above, then show again.
report-empty-title = Nothing to show
report-empty-body = No records fit these conditions; try another period or fewer conditions.
report-truncated = Too many groups: only the first ones are shown. Add conditions to see the rest.
report-masked = You may not see a field of some records; they are not counted.
report-withheld = Some columns are not shown: you may not see them.
dashboard-numbers = Figures
dashboard-open = Open
dashboard-more = Show all
secret-set = Set; leave blank to keep it
secret-clear = Clear it
error-encrypted-field = “{ $field }” is encrypted: it cannot be filtered or sorted by, only asked for being empty
# import, export and jobs
error-ambiguous = More than one is called "{ $value }"; write the code or the login
error-cell-error = The cell holds the formula error { $value }; correct it in the spreadsheet first
error-unique-in-file = Row { $row } of the file has the same value already
error-no-such-record = There is no record to update; check the value of the key column
error-repeated-key = This key value occurs more than once in the file
error-key-unreadable = { $field } could not be read, so the record to update is not known
error-import-key-needed = Updating needs a key column: assign a unique field to a column
error-import-key-unmapped = The key field { $field } has no column; assign one first
error-no-such-column = The file has no such column: { $value }
error-no-such-sheet = The file has no such sheet: { $value }
error-file-unreadable = The file could not be read; save it as .xlsx, .xls or CSV and try again: { $detail }
error-file-needed = Choose a file first
error-too-many-bytes = The file is too large, { $maximum } bytes at most; split it
error-too-many-rows = Too many rows, { $maximum } at most; split the file
error-too-many-columns = Too many columns, { $maximum } at most; remove some
error-too-many-cells = Too much content, { $maximum } cells at most; split the file
error-too-many-length = A cell is too long, { $maximum } characters at most
error-too-many-parts = The file is built in an unusual way; save it anew and try again
error-import-started = This import has begun or ended already; reload the page
error-export-too-many = At most { $maximum } rows can be exported at once; filter first
error-job-ended = The job has ended already
error-job-gave-up = The job did not get to its end several times; ask your administrator
error-undo-gone = The record is gone
error-undo-changed-since = Somebody changed it after the import, so it stays
error-undo-in-use = Another record uses it, so it stays
error-undo-unique = Another record has the former value now, so it stays
audit-record-import = imported
audit-record-import-undo = took an import back
audit-record-export = exported
audit-record-button = pressed a button
audit-report-export = exported a report
template-notes = Notes
template-column = Column
template-required = Required
template-kind = Kind
template-takes = What it takes
# Public forms and their links
public-title = Form
public-closed = This form takes nothing in any more.
public-expired = This form has expired.
public-full = As many as were wanted have come in.
public-full-today = No more are taken in today; come back tomorrow.
public-thanks = Sent. Thank you.
public-password = Password
public-password-wrong = That is not the password; try again
public-enter = Enter
links-title = Public links
links-list = Links
links-no-forms = This app has no public form. Set a form's audience to public, then links to it are made here.
links-empty = No links yet
links-name = Name
links-name-help = The form's title, where nothing is said.
links-state = State
links-open = Open
links-closed = Closed
links-address = Address
links-sent = Received
links-close = Close
links-reopen = Open again
links-remove = Delete
links-new = New link
links-form = Form
links-expires = Open through
links-new-password = Password (8 characters or more; may stay empty)
links-limit = At most in all
links-limit-day = At most a day
links-create = Make the link
links-until = until { $time }
links-most = at most { $count }
links-most-a-day = { $count } a day
links-password = with a password
error-link-closed = This form takes nothing in any more
error-slow-down = Too many in a short time; try again in some minutes
error-not-public = This is no public form
audit-public-link-create = made a public link
audit-public-link-change = changed a public link
audit-public-link-remove = deleted a public link
audit-public-link-sent = sent by a public link
## Building an app: draft, plan, publishing, versions, what was removed
error-confirm-loss = { $count ->
    [one] One step hides data that is there; look at the plan and confirm it to publish
   *[other] { $count } steps hide data that is there; look at the plan and confirm them to publish
    }
error-publish-blocked = { $count ->
    [one] It cannot be published yet: one step of the plan is not possible; do what it says first
   *[other] It cannot be published yet: { $count } steps of the plan are not possible; do what they say first
    }
error-publish-collides = After converting, values occur twice and cannot be unique; nothing was published. Correct the records, or do not ask for unique values
error-nothing-to-publish = The draft equals the published version, so there is nothing to publish
error-manifest-needed = app.json is the app itself and cannot be removed
error-key-taken = The draft has a field { $key } already; give that one another key first
kind-with-scale = { $kind } ({ $scale } decimals)
kind-text = text
kind-multiline = paragraph
kind-rich-text = rich text
kind-email = e-mail
kind-phone = phone
kind-url = web address
kind-barcode = barcode
kind-integer = whole number
kind-decimal = number
kind-money = money
kind-percent = percent
kind-rating = rating
kind-boolean = yes or no
kind-date = date
kind-datetime = date and time
kind-time = time
kind-duration = duration
kind-choice = choice
kind-choices = several choices
kind-cascade = cascade
kind-link = link
kind-links = several links
kind-lines = lines
kind-member = member
kind-members = several members
kind-department = department
kind-departments = several departments
kind-attachment = attachment
kind-image = image
kind-signature = signature
kind-location = location
kind-address = address
kind-json = structured data
kind-number-series = number series
kind-lookup = lookup
kind-rollup = rollup
kind-secret = secret
document-app = app
document-tables = table
document-forms = form
document-views = view
document-roles = role
document-flows = flow
document-ledgers = ledger
document-reports = report
document-dashboards = dashboard
document-automations = automation
document-prints = print
document-rules = functions
document-locales = translation
document-data = starting data
document-demo = sample data
document-scenarios = scenario
member-title = title
member-description = description
member-menu = menu
member-settings = settings
member-user-values = user values
member-icon = icon
member-columns = columns
member-filter = filter
member-sort = sorting
member-group = grouping
member-layout = layout
member-checks = checks
member-grants = rights
member-home = home
member-limits = limits
member-on = trigger
member-steps = steps
member-nodes = steps
member-x-table = settings of the table
member-dimensions = dimensions
member-table = table
member-kind = kind
diff-added = added
diff-removed = removed
diff-changed = changed
diff-switched-on = switched on
diff-switched-off = switched off
diff-renamed = key changed from { $from } to { $to }
diff-field-added = field { $field } added ({ $kind })
diff-field-removed = field { $field } removed
diff-field-title = field { $field }: title changed from { $from } to { $to }
diff-field-kind = { $field } changed from { $from } to { $to }
diff-field-scale = { $field }: decimals changed from { $from } to { $to }
diff-field-target = { $field }: linked table changed from { $from } to { $to }
diff-field-required = { $field } is required now
diff-field-optional = { $field } is optional now
diff-field-unique = { $field } is unique now
diff-field-not-unique = { $field } is no longer unique
diff-field-formula = { $field }: formula changed from { $from } to { $to }
diff-field-default = { $field }: default changed from { $from } to { $to }
diff-field-options = { $field }: options removed { $from }, added { $to }
diff-field-other = { $field }: other settings changed
diff-member = { $member } changed
diff-member-from = { $member } changed from { $from } to { $to }
diff-thing-added = { $member }: { $name } added
diff-thing-changed = { $member }: { $name } changed
diff-thing-removed = { $member }: { $name } removed
step-rename-table = The table's key changes from { $from } to { $to }
step-rename-field = The field's key changes from { $from } to { $to }
step-add-table = New table
step-restore-table = Bring back a table that was removed
step-remove-table = Remove the whole table; its rows are kept aside
step-add-lines = New lines { $field }
step-restore-lines = Bring back the lines { $field }
step-remove-lines = Remove the lines { $field }; the rows are kept aside
step-add-field = Add { $field }
step-restore-field = Bring back { $field }, removed earlier
step-remove-field = Move { $field } to the trash of fields
step-convert = Convert { $field } from { $from } to { $to }
step-retype = { $field } becomes { $to } instead of { $from }; values stay
step-fill = { $by ->
    [formula] Compute { $field } for the rows that are there
    [rollup] Gather the figures of { $field } for the rows that are there
   *[other] Give the rows that are there the default of { $field }
    }
step-unique = { $field } must be unique
step-not-unique = { $field } need not be unique any more
step-index = Index { $field }
step-required = { $field } is required
step-remove-option = { $field } loses the option { $option }
step-formula = { $field } has another formula
step-ledger = Tables or dimensions of the ledger { $ledger } change
step-frozen = { $field } of an append-only table would go from { $from } to { $to }
step-flow = The flow { $flow } changes
step-remove-flow = Remove the flow { $flow }
result-all-fit = All values fit
result-lost = { $count ->
    [one] one row does not fit and is left empty
   *[other] { $count } rows do not fit and are left empty
    }
result-cut = { $count ->
    [one] one row is rounded or cut short
   *[other] { $count } rows are rounded or cut short
    }
result-odd = { $count ->
    [one] one row keeps a value that breaks the new rule
   *[other] { $count } rows keep a value that breaks the new rule
    }
result-join = {"; "}
result-hidden = { $count ->
    [one] one row has a value, which is not seen any more; it can be brought back
   *[other] { $count } rows have a value, which is not seen any more; it can be brought back
    }
result-back = Its values come back with it
result-collide = { $count ->
    [one] one row collides; correct it first
   *[other] { $count } rows collide; correct them first
    }
result-unset = { $count ->
    [one] one row has none; it stays, and needs one when it is next saved
   *[other] { $count } rows have none; they stay, and need one when they are next saved
    }
result-option = { $count ->
    [one] one row uses it and keeps its value
   *[other] { $count } rows use it and keep their value
    }
result-cases = { $count ->
    [one] one case runs, and goes on as it began
   *[other] { $count } cases run, and go on as they began
    }
result-formula = Records that are there are computed anew when they are next saved
result-frozen = Moves are never rewritten; add a new field instead
result-ledger = Moves that are there cannot follow; make another ledger
result-safe = No risk

## The trash: deleted records
trash = Trash
trash-of = Trash of { $title }
trash-open = Deleted records
trash-lead = Deleted records stay here for 30 days; then they are removed for good.
trash-record = Record
trash-who = Deleted by
trash-when = Deleted
trash-kept = Stays
trash-left = { $count ->
    [0] less than a day more
    [one] one more day
   *[other] { $count } more days
}
trash-restore = Restore
trash-empty-title = No deleted records
trash-empty-body = Deleted records stay here for 30 days and can be restored.

## Pages for building an app: documents, publishing, versions
build = Build
build-of = Build { $title }
build-changed = { $count ->
    [0] The draft is the same as the live version.
    [one] The draft has one change that is not published yet.
   *[other] The draft has { $count } changes that are not published yet.
}
build-new = New document
build-kind = Kind
build-key = Key
build-key-help = Small letters, digits and underscores, a letter first.
build-open-new = Start writing
build-added = new
build-removed = to be removed
build-touched = changed
build-text = Content
build-save = Save to the draft
build-discard = Back to the live version
build-remove = Remove this document
build-stale = Somebody changed this document meanwhile. What you wrote is still below and not saved; saving again replaces that change.
publish = Publish
removed-fields = Removed fields
removed-lead = Fields that a version removed or converted stay here with their values. Put one back into the draft and publish, and its values return.
removed-field = Field
removed-place = Table
removed-kind = Kind
removed-values = Values kept
removed-when = Removed
removed-removed = removed
removed-converted = converted
removed-rows = { $count ->
    [one] 1 row has a value
   *[other] { $count } rows have a value
    }
removed-restore = Put back into the draft
removed-there = The draft has a field of this key
removed-empty-title = No removed fields
removed-empty-body = Fields that a later version removes stay here and can be put back.
publish-check = Check and publish
publish-title = Publish { $version }
publish-lead = Version { $version } is live. Publishing takes effect at once, wholly or not at all.
publish-empty-title = Nothing to publish
publish-empty-body = The draft is the same as the live version. Once changes are saved to the draft, they are checked and published here.
publish-findings = Findings
finding-error = Error
finding-warning = Warning
publish-differences = What changes
publish-plan = What happens to the data
publish-plan-whole = All at once, or nothing at all
publish-place = Table
publish-step = Step
publish-rows = Rows
publish-result = Result
publish-examples = Show examples
publish-example = { $name }: { $from } → { $to }
publish-unset = nothing
publish-gates = Before publishing
gate-definitions = Definitions
gate-definitions-ok = References, formulas and rights hold
gate-warnings = { $count ->
    [one] One warning
   *[other] { $count } warnings
}
gate-errors = { $count ->
    [one] One error
   *[other] { $count } errors
}
gate-data = Data
gate-data-ok = No data is hidden
gate-loses = { $count ->
    [one] One step hides some data
   *[other] { $count } steps hide some data
}
gate-blocks = { $count ->
    [one] One step is not possible
   *[other] { $count } steps are not possible
}
gate-cases = Running approvals
gate-running = { $count ->
    [one] One finishes by the flow it began with
   *[other] { $count } finish by the flow they began with
}
publish-note = Note for this version
publish-confirm = I have read the steps above and know that some data will not be seen any more.
publish-do = Publish { $version }
publish-blocked-errors = { $count ->
    [one] It cannot be published yet: correct the error first.
   *[other] It cannot be published yet: correct the { $count } errors first.
}
publish-blocked-steps = { $count ->
    [one] It cannot be published yet: one step is not possible; do what it says first.
   *[other] It cannot be published yet: { $count } steps are not possible; do what they say first.
}
publish-moved = Nothing was published: the draft or the data changed after you looked. Below is the plan as it is now; read it again.
error-publish-findings = Nothing was published: the definitions have errors; correct what is listed below first
draft-drop = Give up all changes
draft-drop-title = Give up all changes in the draft?
draft-drop-body = The draft becomes the live version again; this cannot be undone.
versions = Versions
versions-version = Version
versions-note = Note
versions-who = Published by
versions-when = Published
versions-live = live
versions-compare = Compare with live
versions-compared = From that version to the live one
versions-same = The two versions do not differ.
versions-restore = Take up as a draft
versions-restore-title = Take up { $version } as a draft?
versions-restore-body = It replaces the changes that are in the draft now. Nothing live changes before it is published.
import = Import
import-title = Import { $title }
import-steps = Steps
import-step-upload = Upload
import-step-columns = Columns
import-step-check = Check
import-step-done = Done
import-choose = Choose a file
import-template = Download the template
import-file = File
import-file-help = .xlsx, .xls or CSV (UTF-8, GB18030), up to 32 MB
import-upload = Upload
import-past = Earlier imports
import-state = State
import-who = By
import-when = When
import-counts = Result
import-counts-line = { $made } new, { $changed } updated, { $refused } left out
import-state-running = Running
import-state-done = Done
import-state-stopped = Stopped
import-state-undoing = Being undone
import-state-undone = Undone
import-rows = Rows
import-records = Records
import-sheet = Sheet
import-header-rows = Header
import-header-rows-count = { $count ->
    [one] First row
   *[other] First { $count } rows
  }
import-header-rows-help = A merged header takes two or three rows
import-mode = What to do
import-mode-insert = Add only
import-mode-update = Update only
import-mode-upsert = Update, or add where there is none
import-key = Update by
import-key-none = No updating
import-date-order = Order of dates
import-date-ymd = Year month day
import-date-mdy = Month day year
import-date-dmy = Day month year
import-bad-rows = Bad rows
import-bad-skip = Skip them, import the rest
import-bad-stop = Import nothing if one is bad
import-blank = Blank cells when updating
import-blank-keep = Keep the former value
import-blank-clear = Clear the former value
import-submit = Submit after importing
import-submit-help = Otherwise they are drafts that only you see
import-columns = Which field each column goes to
import-column-to = Field for column { $column }
import-left-out = Left out
import-plan-help = Checking writes nothing
import-read-again = Read again
import-check = Check
import-missing = Required fields have no column yet: { $fields }
import-unmapped = These columns are left out: { $columns }
import-checking = Checking
import-running = Importing
import-undoing = Undoing
import-would-made = To be added
import-would-changed = To be updated
import-would-same = Unchanged
import-would-refused = With errors
import-did-made = Added
import-did-changed = Updated
import-did-same = Unchanged
import-did-refused = Left out
import-all-good = No errors found; you can import now
import-some-bad = Some rows have errors; the reason stands below each red cell
import-stopped = The import stopped before its end; what was written can be undone
import-undone = This import was undone
import-done = The import is done
import-to-list = To the list
import-other = Another file
import-edit = Change the columns
import-run = Import
import-run-skip = Skip the bad rows, import { $count }
import-undo = Undo this import
import-undo-again = Try the rest again
import-kept-rows = Records that were not undone
import-bad-rows-title = Rows with errors
import-record = Record
grid-files = Import and export
export-xlsx = Export to Excel
export-csv = Export to CSV
refresh = Refresh
job-progress = { $done } / { $total }
job-waiting = Waiting
job-running = Working
job-stop = Stop
job-done = Done
job-cancelled = Stopped
job-download = Download
job-export = Export
job-import-check = Checking an import
job-import-run = Import
job-import-undo = Undoing an import

## Scenarios: tests that travel with an app
scenarios = Scenarios
scenarios-all-green = { $count ->
    [one] { $count } scenario passed
   *[other] all { $count } scenarios passed
}
scenarios-some-red = { $count ->
    [one] { $count } scenario failed
   *[other] { $count } scenarios failed
}
scenarios-none = There are no scenarios. A scenario is a test that travels with the app: who does what, and what must come of it; it is checked before every publishing and upgrade.
scenarios-running = Scenarios are running: { $done } of { $total }
scenarios-broken = The scenarios could not be run; the program’s log says why. Try again later.
scenario-passed = Passed
scenario-failed = Failed
scenario-step = Step { $step }, { $who }: { $what }
scenario-given = While preparing the data: { $what }
scenario-why-refused = refused ({ $code }) { $detail }; it was to go through
scenario-why-allowed = it went through; it was to be refused ({ $expected })
scenario-why-other-refusal = refused for { $code } { $detail }; { $expected } was expected
scenario-why-state = the state is “{ $actual }”; “{ $expected }” was expected
scenario-why-tasks = the to-do lies with { $actual }; { $expected } was expected
scenario-why-count = { $actual } records are found; { $expected } were expected
scenario-why-value = “{ $field }” is { $actual }; { $expected } was expected
scenario-why-nobody = there is nobody with the login { $login }
scenario-why-no-task = { $login } has no to-do to decide
scenario-why-no-case = the record has no approval
scenario-why-no-record = there is no record named “{ $record }”
scenario-why-timeout = it did not end within { $seconds } seconds
scenarios-in-spite = Why go on all the same
scenarios-in-spite-help = The reason is written into the operation log.
error-scenarios-red = { $count ->
    [one] { $count } scenario failed ({ $title }). Correct it first; where it must go on all the same, an administrator gives a reason
   *[other] { $count } scenarios failed (the first: { $title }). Correct them first; where it must go on all the same, an administrator gives a reason
}
error-in-spite-reason = Give a reason of at least 4 characters

## Upgrading a template
error-conflicts-open = { $count ->
    [one] { $count } conflict is not decided
   *[other] { $count } conflicts are not decided
}: keep mine or take the template’s for each
error-draft-in-the-way = The draft has changes that are not published. Publish the draft or give it up first
error-no-upgrade-to-undo = The live version is not an upgrade, or something was published after it, so it cannot be undone in one act; a version can be restored from the list of versions

## Templates: the gallery, looking before importing
templates = Templates
templates-lead = Every template brings scenarios: they are checked on import, after changes and on upgrade.
templates-import = Import a package
templates-import-lead = Look first: tables, rules, roles and the addresses it calls are listed and its scenarios run; then decide.
templates-search = Search by name or pinyin
templates-empty-title = No template found
templates-empty-body = Try another word, or import a .fwapp file that somebody gave you.
templates-file = Package
templates-file-help = A .fwapp file of at most 64 MB. It is only looked into; nothing is written.
templates-inspect = Look inside
template-installed = Installed
template-upgradable = Upgrade available
template-guide = How to begin
template-holds = What is in it
template-decide = Import it?
template-nothing = It cannot be imported now; the reason is given above.
template-nothing-written = Nothing has been written yet. It is imported whole or not at all.
template-unsound = The package has errors and cannot be imported. Each is listed below; whoever made it has to correct them and export it again.
template-agree = Agree that the app calls
template-samples = With { $count } rows of sample data
template-import = Import
template-drop = Not this one
template-open = Open the app
template-installed-same = This version is installed
template-file = { $name }, { $size } KB
template-more = { $count } more
template-part-tables = Tables
template-part-forms = Forms
template-part-views = Views, reports and prints
template-part-automations = Automations
template-count-automations = { $count } automations
template-calls = calls other programs
error-address-not-agreed = Nobody has agreed yet that the app may call { $address }, so nothing was imported. Look at it, then agree to it.
template-part-flows = Approval flows
template-part-rules = Formulas and rules
template-part-addresses = Addresses it calls
template-part-roles = Roles and permissions
template-part-requires = Other apps it needs
template-part-rows = Data it brings
template-part-documents = Files
template-count-tables = { $count } tables
template-count-fields = { $count } fields
template-count-forms = { $count }
template-count-views = { $count }
template-count-flows = { $count } flows
template-count-nodes = { $count } steps
template-count-rules = { $count }, which only compute
template-count-addresses = { $count ->
    [0] none
   *[other] { $count }, to agree to
}
template-count-roles = { $count } roles
template-count-requires = { $count }
template-count-rows = { $count } rows
template-count-samples = { $count } sample rows
template-count-documents = { $count }
template-count-scenarios = { $count } scenarios
template-flash-imported = “{ $title }” was imported
template-flash-upgraded = “{ $title }” was upgraded
template-flash-undone = The upgrade was undone: “{ $title }” and its data are as they were before
right-view = view
right-create = create
right-edit = edit
right-edit-approved = edit approved
right-delete = delete
right-submit = submit
right-import = import
right-export = export
right-print = print
right-comment = comment
right-history = history
right-share = share
upgrade-lead = { $from } is installed. Upgrading to { $to } keeps what you added and changed; what both sides changed is yours to decide.
upgrade-conflicts = Changed on both sides
upgrade-open = { $count } to decide
upgrade-decided = All decided
upgrade-base = Before
upgrade-mine = Keep mine
upgrade-theirs = Take the template’s
upgrade-look = Show what this comes to
upgrade-do = Upgrade to { $to } (now { $from })
upgrade-undo = Undo the last upgrade
upgrade-moved = Nothing was upgraded: the app or its data changed after you looked. Below is the plan as it is now; look at it once more.
upgrade-not-there = not there
member-help = help
member-default = default
member-formula = formula
member-required = required
member-fields = field permissions
member-scope = data range
member-actions = actions
member-when = condition
member-who = approvers
member-placeholder = placeholder
member-maxLength = longest
member-message = message
member-options = options
member-scale = decimals
error-package-unreadable = This is not a package: the archive cannot be opened. A package is the .fwapp file that an export makes; export or fetch it again
error-package-traversal = The name “{ $name }” leads out of the package, so all of it is refused. Use only .fwapp files that an export made
error-package-link = “{ $name }” is a link; a package holds plain files only. Export it again
error-package-encrypted = “{ $name }” is encrypted; a package holds plain files only. Pack it again without a password
error-package-duplicate = The package holds one name twice (differing in case counts as the same). Export it again
error-package-unknown = “{ $name }” has no place in a package. Put in only what an export made
error-package-too-many-files = The package holds more than { $most } files; split it into several apps
error-package-too-large = The package unpacks to more than { $most } bytes; export it with less data
error-package-ratio = “{ $name }” unpacks to more than { $most } times its packed size, which is how disks are filled; it is refused. Export it again
error-package-not-utf8 = “{ $name }” is not text in UTF-8; save it as UTF-8 and pack it again
error-package-too-deep = “{ $name }” is nested deeper than { $most } levels; export it again
error-package-too-many-parts = “{ $name }” says more than { $most } things; split it over several tables, or take less data
error-package-too-long-text = “{ $name }” holds a text of more than { $most } bytes; shorten it
error-package-damaged = “{ $name }” is damaged and cannot be unpacked. Export or fetch it again
error-package-not-written = The package cannot be written; export it with less data
# Automations
error-automation-failed = The automation “{ $automation }” could not finish, so nothing was changed: { $reason }
error-automation-loop = Automations set each other off more than { $maximum } deep ({ $way }), so nothing was changed; change the condition of one of them
error-automation-too-many = One act set off more than { $maximum } runs of automations, so nothing was changed; narrow what sets them off
error-automation-too-many-records = One step handles at most { $maximum } records of { $table }; narrow what it looks for
error-not-retriable = This run was taken back together with what set it off; do that again instead
audit-automation-hook-open = opened the address of an automation
audit-automation-hook-close = closed the address of an automation
audit-automation-retry = tried a run of an automation again
automations-title = Automations
automations-lead = Steps that run by themselves when records change, a time has come, a button is pressed or another system calls.
automations-none = No automations yet
automations-none-help = Make a document of the kind automation and publish it; it is listed here then.
automation-name = Name
automation-state = State
automation-on = On
automation-off = Off
automation-trigger = Trigger
automation-last = Last run
automation-never = never
automation-runs = Runs
automation-edit = Edit
automation-all = All
automation-only-failed = Failed
automation-no-runs = It has not run yet
automation-when = Time
automation-outcome = Outcome
automation-record = Record
automation-did = What it did
automation-done = Done
automation-failed = Failed
automation-retry = Try again
automation-took = took { $time } ms
automation-steps = { $count ->
    [one] { $count } step
   *[other] { $count } steps
}
automation-attempts = { $count ->
    [one] { $count } attempt
   *[other] { $count } attempts
}
automation-address = Address
automation-address-none = There is no address yet. Once it is open, another system sets this automation off by sending JSON to it.
automation-address-since = Open since { $since }, last called: { $called }
automation-address-once = Copy this address now: it contains a secret and is not shown again once you leave this page.
automation-address-open = Open an address
automation-address-renew = Renew the address
automation-address-close = Close the address
trigger-created = When { $table } is created
trigger-changed = When { $table } is changed
trigger-changed-fields = When { $fields } of { $table } changes
trigger-entered = When { $table } becomes { $state }
trigger-date = When { $field } of { $table } comes ({ $offset }, { $time })
trigger-schedule = On schedule: { $cron }
trigger-button = When { $button } is pressed on { $table }
trigger-inbound-webhook = When another system calls
trigger-short-created = created
trigger-short-changed = changed
trigger-short-entered = state
trigger-short-date = date
trigger-short-schedule = schedule
trigger-short-button = button
trigger-short-inbound-webhook = call
delivery-delivered = delivered
delivery-failed = not delivered
delivery-waiting = waiting, next { $time }
delivery-address = the address is not valid
delivery-status = the other side answered { $status }
delivery-unknown-host = the host is not known
delivery-inside = the address lies inside the network, which the operator has not allowed
delivery-no-connection = no connection
delivery-no-encryption = no encrypted connection
delivery-late = no answer in time
delivery-bad-answer = the answer cannot be read
delivery-sealed = it was sealed with another key and does not open
# Designers

build-home = Overview
build-nav = Documents of the app
build-figures = Reports and dashboards
build-other = More
build-publish = Check and publish
build-undo = Undo
build-redo = Redo
build-faces = Ways to edit
build-design = Design
build-saved-at = Saved { $time }
build-phone-note = On a narrow screen this is for reading. Use a wider one to make changes.
build-merged = Somebody else changed this document meanwhile. Both changes are in it; this is how it is now.
build-too-old = This page was open for long and much has changed since, so your change was not saved. This is how it is now; make the change once more.
build-cannot-undo = Somebody changed the same place after this step. Undoing would lose that, so nothing was undone.
build-findings = { $count ->
    [one] { $count } thing to look at
   *[other] { $count } things to look at
}
build-no-tables = There is no table yet. Begin with one, and call it what its records are.
build-as-text = JSON: { $title }
build-more-documents = Add a form or a view to a table
build-changes = Draft against live
build-all-changes = See all changes
build-people = Who works with it
role-unpublished = Members can be added once it is published.
role-nobody = No members yet
role-add = Add somebody to { $title }
role-add-do = Add
role-remove = Remove { $name }
panel-app = About the app
app-new = New app
app-new-lead = A name is enough to begin. Everything can be changed later.
app-new-do = Create the app
app-title = Name of the app
app-title-example = For example: Machine checks
table-new = New table
table-new-example = For example: Machines
table-new-do = New table
form-new-document = Add a form
view-new-document = Add a view
word-option = Option
word-name = Name
word-main-section = Main
word-members = Members
icon-apps = App
icon-check = Check
icon-list = List
icon-stock = Store
icon-truck = Truck
icon-calendar = Calendar
icon-chart = Chart
icon-users = People
icon-tag = Tag
icon-clock = Clock
icon-file = File
icon-home = Home
icon-shield = Shield
icon-message = Message

palette = Fields
palette-add-field = Add a field
palette-hint = Drag or press
palette-hint-form = Drag, or press to put in
palette-into-lines = Into these lines
palette-common = Common
palette-links = Links and lines
palette-people = People
palette-automatic = Automatic
palette-more = More
palette-layout = Layout
palette-left = Not on the form
thing-section = Section
thing-tabs = Tabs
thing-tab = Tab
thing-divider = Line between
thing-text = Text

table-fields = Fields
table-fields-count = { $count ->
    [one] { $count } field
   *[other] { $count } fields
}
panel = Properties
panel-table = Table settings
panel-table-small = Name, display, unique
panel-bounds = Bounds
panel-value = Default and formula
panel-storage = Finding and protecting
panel-rules = Shown, required, read-only
panel-behaviour = Filling in
panel-place = On this form
panel-form = Form
panel-section = Section
panel-text = Text
panel-divider = Line between
panel-tabs = Tabs
panel-check = Check
panel-button = Button
field-page = All properties
copy-of = { $title } copy
do-up = Move up
do-down = Move down
do-copy = Copy
do-delete = Delete
do-take-out = Take off the form
convert = Change the kind
convert-look = See what happens
convert-title = Make “{ $title }” a field of kind { $kind }
convert-do = Change the kind
convert-new = The field is not published yet and has no data, so it can be changed at once.
convert-stays = The values that are there stay as they are.
convert-carries = The values are carried over row by row. What does not fit is left unset; the old value is kept with the removed fields.
convert-begins-empty = The values cannot be carried over: the new field begins empty, and the old values are kept with the removed fields, from where they can come back.
convert-plan = Before publishing you see what changes in how many rows.
remove-field = Delete the field
remove-field-title = Delete the field “{ $title }”
remove-field-uses = These places use it. Forms, views and permissions are cleared of it; formulas and conditions are yours to change.
remove-field-kept = After publishing its values do not show any more. They are kept with the removed fields and can come back.
remove-field-new = The field is not published yet. Deleting it can be undone.
uses-places = { $count ->
    [one] { $count } place
   *[other] { $count } places
}
remove-table = Delete this table
remove-table-title = Delete the table “{ $title }”
remove-table-body = Its forms, views, prints and flows go with it. This can be undone; no data is touched before publishing.
options-help = Add one in the last row. Clear a name to delete it.
option-new = New option
option-color = Colour
tree-help = One a line; two spaces in front for the level below.
color-none = None
color-blue = Blue
color-green = Green
color-amber = Amber
color-red = Red
color-purple = Purple
color-teal = Teal
color-grey = Grey
set-unique = Unique together
set-unique-help = These fields together may occur only once.
set-index = Indexes
set-index-help = Makes it faster to search by these fields together.
set-add = Add a set
measure-rows = Number of rows
measure-sum = Sum of { $title }
measure-avg = Average of { $title }
measure-min = Least { $title }
measure-max = Greatest { $title }

prop-title = Title
prop-description = Description
prop-icon = Icon
prop-display = What a record is called
prop-display-help = How a record is called elsewhere. Fields stand in braces: {"{"}name{"}"}.
prop-help = Hint
prop-required = Required
prop-table = Linked table
prop-link = Through which link
prop-field = Which field shows
prop-from = Which records
prop-measure = What of them
prop-filter = Only those where
prop-filter-help = A filter, as the builder's guide describes.
prop-pattern = Pattern
prop-pattern-help = Year {"{"}yyyy{"}"}, month {"{"}MM{"}"}, day {"{"}dd{"}"}, number {"{"}####{"}"}; the rest as it stands.
prop-reset = Counts from 1 again
choice-reset-never = Never
choice-reset-year = Every year
choice-reset-month = Every month
choice-reset-day = Every day
choice-unsaid = As usual
choice-none = None
choice-true = Yes
choice-false = No
choice-whole-form = The whole form
choice-record = The record
prop-scale = Decimal places
prop-unit = Unit
prop-min = Least
prop-max = Greatest
prop-exclusive-min = More than
prop-min-length = Least characters
prop-max-length = Most characters
prop-min-items = Least number
prop-max-items = Most
prop-max-size = Largest file (MB)
prop-accept = Files that are taken
prop-accept-help = Such as application/pdf, .dwg; any where nothing is said.
prop-default = Default
prop-formula = Formula
prop-unique = Unique
prop-read-only = Read-only
prop-searchable = Searchable
prop-index = Index
prop-scan = Can be scanned
prop-sensitive = Sensitive: left out of the history
prop-encrypted = Stored encrypted
prop-options = Options
prop-message = Message when it does not hold
prop-rule = What must hold
prop-rule-help = Such as record.amount > 0.
prop-for-each = Check every line of
prop-label = Title
prop-placeholder = Text in the empty box
prop-wide = Whole width
prop-widget = Looks
choice-widget-segments = Side by side
choice-widget-radio = Below each other
choice-widget-stepper = Plus and minus
choice-widget-switch = Switch
prop-public-options = Show options on a public form
prop-visible = Shown when
prop-readonly = Read-only when
prop-sums = Totals below
prop-distinct = Different in every line
prop-columns = Columns
prop-collapse = Folding
choice-collapse-open = Can be folded, open at first
choice-collapse-closed = Can be folded, closed at first
prop-text = Text
prop-confirm = Asked before
prop-steps = Steps
prop-public-description = Text above the public form
prop-public-message = Text after sending
place-label = Another title here
place-help = Another hint here
place-required = Required when
place-default = Default here
place-options = What can be chosen
place-options-help = A filter, as the builder's guide describes.
place-field = Field the message stands at
shape-default-help = The value itself, or a formula after =, such as =TODAY().
shape-rule-help = Choose a field to begin a condition.
shape-expression-help = Such as [Quantity] * [Price].

form-modes = Design or preview
form-mode-design = Design
form-mode-desktop = Desktop
form-mode-phone = Phone
form-mode-design-help = Press to select, drag to move. Changes are saved to the draft.
form-mode-preview-help = As the draft has it. Try it out; nothing is saved.
form-preview = Preview of the form
preview-broken = Something in the draft needs to be put right before the form can be shown.
section-untitled = Untitled section
section-add = Add a section
insert-here = Insert here
insert-first = Drag a field here, or press here and choose one
insert-before = Insert before “{ $title }”
insert-chosen = Choose what goes to the dashed line
column-add = Add a column
canvas-missing = The table has no such field
mark-visible = Shown on a condition
mark-readonly = Read-only on a condition
mark-default = Has a default
mark-fill = Fills in other fields
mark-options = Offers only some
fill = Fill in from it
fill-help = When one is chosen, these fields of it are filled in here.
fill-to = Fill in
fill-from = From
form-checks = Checks
form-checks-help = Looked at when the form is submitted.
check-add = Add a check
form-buttons = Buttons
form-buttons-help = On the record; they set a field.
button-add = Add a button
button-field = Sets
button-value = To

did-add-field = Add “{ $title }”
did-copy-field = Copy “{ $title }”
did-remove-field = Delete “{ $title }”
did-move-field = Move “{ $title }”
did-convert-field = Change the kind of “{ $title }”
did-place-field = Put in “{ $title }”
did-set-options = Change the options of “{ $title }”
did-set-fields = Change unique or index
did-set = Change “{ $title }”
did-add = Add “{ $title }”
did-move = Move “{ $title }”
did-copy = Copy “{ $title }”
did-remove = Take out “{ $title }”
did-add-table = New table “{ $title }”
did-add-form = Add the form “{ $title }”
did-add-view = Add the view “{ $title }”
did-set-menu = Change the menu
did-write = Edit { $path } as text
did-discard = Back to the live version
did-restore = Bring back what was there

error-edit-gone = What was to be changed is not in the draft any more; somebody may just have taken it out. The page shows how it is now.
error-edit-title = A name is needed; write one.
error-edit-whole = A whole number from { $least } to { $most } is needed here.
error-edit-number = A number is needed here, such as 12.5.
error-edit-json = This does not read: { $detail }
error-edit-broken = The document would not hold together like this, so nothing was saved: { $detail }
error-edit-inside = It cannot go there.
error-edit-last-field = A table needs at least one field. Add another one, then delete this.
error-edit-last-section = A form needs at least one section.
error-edit-needs-link = A lookup reads through a link. Add a link field first.
error-edit-needs-rows = There are no rows to gather. Add lines, or link to this table from another one.
error-edit-not-in-lines = Lines cannot hold a field of this kind.
error-edit-no-option = At least one option is needed.
error-edit-no-fields = Choose at least one field.
error-edit-kind = A field of this kind cannot become one of that kind. Add a new field instead.
error-edit-draft-broken = Something in the draft needs to be put right before a form can be added.
error-edit-conflict = Somebody just changed the same place ({ $path } { $at }), so your change was not saved. The page shows how it is now; look at it and change it again.
flash-removed = Taken out of the draft

flow-start = Start
flow-starters = Whoever may submit { $table }
flow-kind-approve = Approval
flow-kind-handle = Work
flow-kind-cc = Copy
flow-kind-branch = Branch
flow-kind-delay = Delay
flow-kind-action = Action
flow-kind-subflow = Subflow
flow-kind-route = Jump
flow-kind-end = End
flow-mode-any = any one
flow-mode-all = all
flow-mode-sequence = in turn
flow-mode-percent = { $need }% agree
flow-mode-count = { $need } agree
flow-mode-weight = weight { $need }
flow-branch-exclusive = first that fits
flow-branch-parallel = all at once
flow-branch-inclusive = all that fit
flow-way = Condition { $count }
flow-add-way = Add a condition
flow-otherwise = All other cases
flow-otherwise-help = Where none of the others holds
flow-no-condition = No condition yet
flow-add-after = Add after “{ $title }”
flow-remove = Remove this step
flow-wrong = { $count ->
    [one] { $count } problem
   *[other] { $count } problems
}
flow-nobody-said = Nobody chosen yet
flow-other-fields = All other fields
flow-rights-hidden = { $count ->
    [one] { $count } field hidden
   *[other] { $count } fields hidden
}
flow-rights-edit = { $count ->
    [one] { $count } field editable
   *[other] { $count } fields editable
}
flow-rights-required = { $count ->
    [one] { $count } field required
   *[other] { $count } fields required
}
flow-own-department = the starter’s department
flow-who-role-of = { $role } (responsible by { $field })
flow-who-department-head = Head of { $department }
flow-who-department-members = Everybody in { $department }
flow-who-superior = Direct superior
flow-who-superior-level = Superior of level { $level }
flow-who-superiors = Superiors one after the other
flow-who-superiors-level = Superiors up to level { $level }
flow-who-superiors-role = Superiors up to { $role }
flow-who-starter = The starter
flow-who-field = Whoever is in “{ $field }”
flow-who-handler = Whoever decided at “{ $node }”
flow-who-starter-choice = Chosen by the starter
flow-who-previous-choice = Chosen at the step before
flow-who-rule = Found by a formula
flow-who-anyone = Everybody
flow-delay-for = Waits { $time }
flow-delay-until = Waits until { $time }
flow-route-to = Goes to “{ $node }”
flow-time-m = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
flow-time-h = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
flow-time-d = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
flow-time-wh = { $count ->
    [one] { $count } working hour
   *[other] { $count } working hours
}
flow-time-wd = { $count ->
    [one] { $count } working day
   *[other] { $count } working days
}
flow-step-post = Post
flow-step-reserve = Set aside
flow-step-release = Release
flow-step-reverse = Take back
flow-step-set = Set fields
flow-step-notify = Send a message
flow-step-fail = Refuse
flow-step-if = If
flow-step-for-each = For each line
flow-step-create = Add a record
flow-step-update = Change records
flow-step-delete = Delete records
flow-step-webhook = Call another program
trial = Try it
trial-small = Nothing is kept
trial-starter = Who starts it
trial-record = With the values of a record
trial-no-record = None
trial-as-record = As in the record
trial-do = Try
trial-way = The way it would take
trial-help = Choose who starts it and the values that matter, and see which steps it passes and who is asked.
trial-broken = The draft has problems that must be dealt with first; it cannot be tried yet.
trial-earlier = { $who }: agreed before, passes by itself

word-line = Line
role-list = Roles
role-new = New role
role-matrix = Rights on every table
role-table = Table
role-fields = Fields
role-field = Field
role-members = { $count ->
    [one] { $count } member
   *[other] { $count } members
}
role-band-flow = With approval
role-band-plain = Master data
role-band-ledger = Ledgers
role-scope-all = All
role-scope-filter = By conditions
role-scope-own = Own ones
role-scope-department = Own department
role-scope-department-tree = Own department and below
role-scope-managed = Departments one heads
role-scope-none = None
role-right-hidden = Hidden
role-right-read = Read only
role-right-edit = Edit
role-count-hidden = { $count ->
    [one] { $count } hidden
   *[other] { $count } hidden
}
role-count-read = { $count ->
    [one] { $count } read only
   *[other] { $count } read only
}
role-count-edit = { $count ->
    [one] { $count } editable
   *[other] { $count } editable
}
role-rest = the rest: { $right }
role-all-editable = All editable
role-more-actions = More actions
role-field-rights = Rights on fields
role-hidden-help = A hidden field shows in no list, search, total, export, API or report.
role-another = Add another
role-another-help = A table may have several rights, each for some of the records; they add up.

## Sharing: exporting a package
share = Share
share-of = Share “{ $title }”
share-lead = It is exported as one .fwapp file, which others look into and import under Templates.
share-download = Export
share-rows = Data that goes along
share-left-out = What stays here
share-none = The app alone
share-none-lead = Tables, forms, flows, roles, views, rules and scenarios, with the data that the app started with.
share-seed = The app and its master data
share-seed-lead = With the rows of tables without an approval flow as they are now.
share-all = The app and all its data
share-all-lead = With documents too. Elsewhere they begin as drafts; moves and balances of ledgers stay here.
share-never = People, passwords, tokens, changed settings, public links, attachments and the operation log are never exported. The file export.json in the package lists what was left out too.
share-why-secret = encrypted, never exported
share-why-sensitive = sensitive, never exported
share-why-people = people and departments do not exist elsewhere
share-why-files = attachments do not travel with data
share-why-unnamed = the rows it links to have no unique name
share-why-required = something required cannot travel, so the table stays
share-why-ledger = ledgers come from posting
## Building: designers drawn from the formats, conditions and formulas
word-user = Current user
word-settings = Settings
word-login = Login
word-number-of = Number
list-separator = {", "}
sheet-add = Add
sheet-empty = Nothing here yet
sheet-whole = The whole
sheet-which = Kind
sheet-live = See it live
sheet-lead-views = A view says which records are listed, with which columns and in which order.
sheet-lead-flows = A flow says who approves, in which order, and under which conditions.
sheet-lead-roles = A role says what its members may do with each table, and which records and fields they see.
sheet-lead-ledgers = A ledger notes every increase and decrease by its dimensions, and keeps the balances right.
sheet-lead-reports = A report gathers records into figures, tables and charts.
sheet-lead-dashboards = A dashboard puts figures, charts and lists on one page.
sheet-lead-prints = A print template says how a record looks on paper.
sheet-lead-automations = An automation does the next steps when something happens.
sheet-lead-menu = The menu lists the pages of the app from top to bottom.
sheet-lead-settings = Settings are values that can be changed at any time and that rules can use.
build-menu = Menu
build-settings = Settings
build-go-on = Go on building
build-begin = Begin
word-a-flow = Flow
word-a-role = Role
word-a-report = Report
word-a-dashboard = Dashboard
word-a-automation = Automation
word-a-print = Print template
word-a-ledger = Ledger
condition-choose = Choose a field
choice-more = Another one
rule-true = Always
rule-false = Never
row-op-true = is yes
row-op-false = is no
order-up = ↑
order-down = ↓
word-before = Before
formula-sample = On “{ $record }”: { $value }
formula-sample-unset = nothing
formula-sample-hidden = you may not see this result
formula-sample-failed = cannot be worked out now: { $why }
preview-after-publishing = This uses a table or field that is not published yet; you will see it after publishing.
sheet-preview = Preview
formula-pick = Put in a field or function
face-rows = Conditions
face-formula = Formula
face-code = Code
day-today = Today
day-today-7d = 7 days ago
day-today-30d = 30 days ago
day-this-week = This week
day-this-month = This month
day-last-month = Last month
day-this-year = This year
day-in-7d = In 7 days
day-in-30d = In 30 days
bucket-day = by day
bucket-week = by week
bucket-month = by month
bucket-quarter = by quarter
bucket-year = by year
gather-count = Number of records
gather-sum = sum
gather-avg = average
gather-min = least
gather-max = greatest
remove-document = Delete from the draft
remove-document-title = Delete “{ $title }”?
remove-document-body = It goes from the draft only, for good when you publish; it can be undone.
did-begin = New: “{ $title }”
did-insert = Added “{ $title }”
did-remove-thing = Something taken out
error-edit-last-thing = There must be at least one here. Add another one before you take this one out.
error-edit-condition-value = “{ $field }” cannot be compared with “{ $value }”. Choose another value.
error-formula-field = Formula, character { $at }: there is no field called “{ $name }”. Press a field below to put it in.
error-formula-field-near = Formula, character { $at }: there is no field called “{ $name }”. Did you mean “{ $near }”?
error-formula-function = Formula, character { $at }: there is no function { $name }. { $near }
error-formula-arguments = Formula, character { $at }: { $name } takes { $least } to { $most } values.
error-formula-unfinished = Formula, character { $at }: a quotation mark or bracket is not closed.
error-formula-unexpected = Formula, character { $at }: this cannot stand here. Check signs and brackets.
error-formula-empty = The formula is empty.
error-formula-deep = The formula is nested too deeply. Split it into several fields.


# Beginning with a spreadsheet
excel-new = Start from Excel
excel-add = Add tables from Excel
excel-new-lead = Have a spreadsheet already? Its fields are recognised, its rows come along
app-new-template-lead = Begin with a ready-made app template and change it to your needs
excel-lead = Upload the spreadsheet in use. Fields, options, links and lines are guessed first; once you agree, everything is made in one go.
excel-file-help = .xlsx, .xls or CSV (UTF-8, GB18030), up to 32 MB; a file may have several sheets
excel-how = What comes next
excel-how-1 = See whether the guesses are right: kinds, required fields, the unique column and lines can all be changed
excel-how-2 = Cells that do not fit their field are listed one by one; the column can become text
excel-how-3 = Tables, forms, views and the menu are made, then the rows are imported, which can be undone
excel-step-adjust = Check the fields
excel-look = Refresh the preview
excel-create = Create the app
excel-create-tables = Create the tables
excel-summary = Makes { $parts }
excel-count-tables = { $count ->
    [one] { $count } table
   *[other] { $count } tables
}
excel-count-records = { $count ->
    [one] { $count } record
   *[other] { $count } records
}
excel-count-lines = { $count ->
    [one] { $count } line
   *[other] { $count } lines
}
excel-sheet-empty = This sheet is empty
excel-sheet-not-taken = Makes no table
excel-take = Make this table
excel-table-title = Name of the table
excel-key = Unique column
excel-key-none = None
excel-is-key = Unique, names the record
excel-lines = Each row is
excel-lines-no = a record
excel-lines-yes = a line of a record
excel-lines-title = Name of the lines
excel-kind = Kind
excel-kind-of = Kind of { $column }
excel-title-of = Field name of column { $column }
excel-in-lines = In the lines
excel-link-to = Link: { $title }
excel-leave-out = Leave this column out
excel-head-row = Row { $first }
excel-head-rows = Rows { $first }–{ $last }
excel-rows = { $count ->
    [one] { $count } row
   *[other] { $count } rows
}
excel-left-out-rows = Rows left out as totals or remarks: { $rows }
excel-rest = { $count } more rows
excel-fields = { $count ->
    [one] { $count } field
   *[other] { $count } fields
}
excel-preview = The form it makes
excel-misfits = { $count ->
    [one] { $count } cell does not fit
   *[other] { $count } cells do not fit
}
excel-misfits-lead = { $count ->
    [one] { $count } cell does not fit its field.
   *[other] { $count } cells do not fit their fields.
} The column can become text; otherwise these rows are not imported, and the result of the import lists them.
excel-misfits-help = Change the kind of the column, or correct the spreadsheet and upload it again. Otherwise the records are not imported, and the result lists them.
excel-misfits-more = { $count } more
excel-odd-cells = { $count ->
    [one] { $count } does not fit; text would
   *[other] { $count } do not fit; text would
}
excel-importing = Importing: { $title }
excel-making = { $title } is made, the rows are being imported
excel-made = { $title } is ready
excel-made-counts = { $made } of { $total } records imported
excel-made-refused = { $count ->
    [one] { $count } record not imported
   *[other] { $count } records not imported
}
excel-made-refused-lead = { $count ->
    [one] { $count } record was not imported.
   *[other] { $count } records were not imported.
} The result of the import says why for each cell; correct them and import again.
excel-made-details = Import result
excel-state-waiting = Waiting
excel-state-partly = Partly done
excel-open = Open the app
excel-design = Go on designing
guess-empty = Nothing in it yet
guess-running = Only counts the rows
guess-boolean = Only { $values }
guess-dates = All are dates
guess-text-dates = { $count ->
    [one] { $count } date written as text is converted
   *[other] { $count } dates written as text are converted
}
guess-time = All are times
guess-mostly = { $count ->
    [one] { $count } is not
   *[other] { $count } are not
}
guess-form = By its form
guess-people = { $found } of { $count } people found
guess-departments = All are departments
guess-code = Looks like a code, keeps leading zeros
guess-percent = With percent signs
guess-money = Looks like money
guess-numbers = All are numbers
guess-unit = Numbers in { $unit }
guess-wide-numbers = { $count ->
    [one] { $count } full-width number is converted
   *[other] { $count } full-width numbers are converted
}
guess-few = { $count } different values
guess-long = Long texts
guess-remark = Looks like remarks
guess-link = All are in { $column } of { $sheet }
guess-lines = Joined by { $column }: { $records } records with { $count } lines
guess-key-unique = Different in every row
guess-key-named = Other sheets name these records by it
guess-key-lines = Rows with the same value are one record
error-nobody-called-so = Nobody is called so
error-no-department-called-so = No department is called so
error-not-in-the-other-sheet = The other sheet has no such record
error-spreadsheet-type = { $name } is no spreadsheet; choose a file in .xlsx, .xls or CSV
error-spreadsheet-empty = There is nothing in the file; choose another one
error-spreadsheet-nothing = There is no table to make; take at least one sheet and one column
error-spreadsheet-circle = These sheets link to each other, so none can be imported first: { $sheets }. Make one of the columns text
