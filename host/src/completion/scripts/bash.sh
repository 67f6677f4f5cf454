# Completion of vantage for bash 3.2 or later; bash-completion need not be there.
_vantage() {
    local first='' line
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $first ]]; then
            first=$line
        else
            COMPREPLY+=("$line")
        fi
    done < <(command vantage __complete bash "${COMP_LINE:0:COMP_POINT}" "${COMP_WORDBREAKS-}" 2>/dev/null)
    case $first in
        files) compopt -o default 2>/dev/null ;;
        folders) compopt -o dirnames 2>/dev/null ;;
    esac
    return 0
}
complete -o nosort -F _vantage vantage 2>/dev/null || complete -F _vantage vantage
