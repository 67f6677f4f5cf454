#compdef vantage
# Completion of vantage for zsh, sourced after compinit or put as _vantage into a folder of fpath.
_vantage() {
    local -a answer before
    local first
    before=("${(@Q)words[1,CURRENT-1]}")
    answer=("${(@f)$(command vantage __complete zsh $((CURRENT - 1)) "${before[@]}" "${(Q)PREFIX}" 2>/dev/null)}")
    first=${answer[1]}
    shift answer
    case $first in
        values)
            (( ${#answer} )) && _describe -V 'value' answer
            ;;
        files|folders)
            [[ $PREFIX == --*=* ]] && compset -P 1 '*='
            if [[ $first == folders ]]; then _files -/; else _files; fi
            ;;
        *)
            return 1
            ;;
    esac
}
if [[ ${funcstack[1]} == _vantage ]]; then
    _vantage "$@"
else
    compdef _vantage vantage
fi
