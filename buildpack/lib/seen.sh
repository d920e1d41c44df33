# What the scripts know of an app without Python: sourced, by dash and bash alike.
# shellcheck shell=sh

# Prints why the buildpack has work in the folder $1, in a few words; fails where it has none.
wherry_seen() {
    for name in requirements.txt Pipfile pyproject.toml uv.lock poetry.lock; do
        [ -f "$1/$name" ] || continue
        if grep -Eiq '^[[:space:]]*\[tool\.wherry[].]' "$1/$name"; then
            echo "$name has [tool.wherry]"
            return 0
        fi
        # A name at the start of a line, or quoted, or after "name =": not a part of another name.
        word=$(sed -E 's/(^|[[:space:]])#.*//' "$1/$name" | grep -Eio \
            "(^|[\"'[:space:]])(wherry|tensorflow(-cpu|-gpu|-intel)?|tf-keras|tf-nightly)([]\"'[:space:]=<>~!;@[]|\$)" |
            head -n 1 | tr -cd 'A-Za-z-')
        if [ -n "$word" ]; then
            echo "$name names $word"
            return 0
        fi
    done
    # Folders of environments and of other buildpacks hold nothing of the app's own.
    bundle=$(cd -- "$1" && find . -name .heroku -prune -o -name .git -prune -o -name .venv -prune \
        -o -name node_modules -prune -o -name wherry.json -print 2>/dev/null | head -n 1)
    if [ -n "$bundle" ]; then
        echo "${bundle#./} is a model bundle"
        return 0
    fi
    return 1
}
