# Completion of vantage for fish 3.1 or later.
function __vantage_complete
    set -l before (commandline -opc)
    set -l raw (commandline -ct)
    set -l typed (string unescape -- "$raw" 2>/dev/null; or printf '%s\n' "$raw")
    set -l answer (command vantage __complete fish (count $before) $before "$typed" 2>/dev/null)
    set -l first "$answer[1]"
    set -e answer[1]
    switch $first
        case values
            printf '%s\n' $answer
        case files folders
            set -l option (string match -r -- '^--[^=]*=' "$raw")
            set -l rest (string replace -r -- '^--[^=]*=' '' "$raw")
            if test $first = folders
                printf "$option%s\n" (__fish_complete_directories "$rest" '')
            else
                printf "$option%s\n" (__fish_complete_path "$rest" '')
            end
    end
end
complete --command vantage --no-files --keep-order --arguments '(__vantage_complete)'
