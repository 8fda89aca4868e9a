#!/bin/sh
# The last step of `mdbook build docs` (book.toml runs it): what mdbook does not do by itself.
#
# - Pages link to files of the project, as code hosts show them. The book gets a page for each of these files.
# - Russian pages say that they are in Russian.
set -eu

cat >/dev/null # mdbook sends the whole book; its pages are written already
project=$(dirname "$0")/..
cd ../html

# Replaces in a page.
mend() { sed -E "$2" "$1" >"$1.new" && mv "$1.new" "$1"; }

# A page with the text of one file, which is so many folders deep.
page() {
    cat <<END
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>$1</title>
<style>body { font-family: sans-serif; margin: 1em } pre { overflow-x: auto; font-size: 0.9em }</style>
</head>
<body>
<h1>$1</h1>
<pre><code>
END
    sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' "$project/$1"
    printf '</code></pre>\n</body>\n</html>\n'
}

grep -ohE 'href="\.\./\.\./[^"#]+' en/*.html ru/*.html | sed 's/^href="//' | sort -u | while read -r link; do
    file=${link#../../}
    mkdir -p "code/$(dirname "$file")"
    page "$file" >"code/$file.html"
done
for html in en/*.html ru/*.html; do
    mend "$html" 's#href="\.\./\.\./([^"\#]+)#href="../code/\1.html#g'
done
# The page to print holds all the others, one folder higher.
mend print.html 's#href="\.\./([^"\#]+)#href="code/\1.html#g'
for html in ru/*.html; do
    mend "$html" '1,3s/<html lang="en"/<html lang="ru"/'
done
