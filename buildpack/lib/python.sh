# Finding the app's Python and running the work with it: sourced, by dash and bash alike.
# shellcheck shell=sh

# Prints the full path of a folder that has to be there.
wherry_folder() {
    [ -d "$1" ] || wherry_fail "$1 is no folder."
    CDPATH='' cd -- "$1" && pwd
}

wherry_fail() {
    echo " !     $1" >&2
    exit 1
}

# Sets wherry_program, and PYTHONHOME as that Python needs it: the app's own in the build folder $1,
# else the first on PATH, which a Cloud Native build has from the Python buildpack before this one.
wherry_python() {
    wherry_program="$1/.heroku/python/bin/python3"
    wherry_phase=whole
    if [ -x "$wherry_program" ]; then
        if [ -f "$1/.heroku/python/pyvenv.cfg" ]; then
            unset PYTHONHOME
        else
            PYTHONHOME="$1/.heroku/python"
            export PYTHONHOME
            LD_LIBRARY_PATH="$PYTHONHOME/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
            export LD_LIBRARY_PATH
        fi
    else
        wherry_program=$(command -v python3 || true)
        # A classic build has the app's Python in its folder, or none yet.
        [ -n "${CNB_BP_PLAN_PATH:-}${CNB_LAYERS_DIR:-}" ] || wherry_phase=checks
    fi
    wherry_recent=no
    if [ -n "$wherry_program" ] &&
        "$wherry_program" -c 'import sys; sys.exit(sys.version_info < (3, 12))'; then
        wherry_recent=yes
    fi
    [ "$wherry_recent" = yes ] || [ "$wherry_phase" = whole ] || wherry_fail \
        "The app's Python is not here yet: put this buildpack after the Python buildpack."
    [ "$wherry_recent" = yes ] || wherry_fail \
        "Wherry needs Python 3.12 or newer, and this app is built with $("$wherry_program" -V 2>&1). Write 3.12, 3.13 or 3.14 into .python-version, or remove this buildpack."
}

# Runs an action of "wherry buildpack" with the app's packages and this buildpack's own Wherry.
wherry_run() {
    action=$1
    shift
    # What the app's environment says of Python is for the app.
    unset PYTHONPATH PYTHONSTARTUP PYTHONWARNINGS
    # shellcheck disable=SC2154 # "here" is set by the script that reads this
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 WHERRY_PHASE="$wherry_phase" \
        "$wherry_program" -P -s "$here/../lib/launch.py" "$action" "$@"
}
