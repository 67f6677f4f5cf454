# Completion of vantage for elvish.
use str
set edit:completion:arg-completer[vantage] = {|@words|
    var index = (- (count $words) 1)
    var answer = [(e:vantage __complete elvish $index $@words 2>/dev/null | from-lines)]
    if (== (count $answer) 0) {
        return
    }
    if (or (eq $answer[0] files) (eq $answer[0] folders)) {
        edit:complete-filename $@words
        return
    }
    for line $answer[1..] {
        var value summary = (str:split "\t" $line)
        var display = $value
        if (not-eq $summary '') {
            set display = $value'  '$summary
        }
        edit:complex-candidate $value &code-suffix=' ' &display=$display
    }
}
