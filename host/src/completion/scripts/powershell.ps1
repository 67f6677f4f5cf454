# Completion of vantage for PowerShell 5.1 or later.
Register-ArgumentCompleter -Native -CommandName 'vantage' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $before = @(
        foreach ($element in $commandAst.CommandElements) {
            if ($element.Extent.EndOffset -lt $cursorPosition) {
                if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) {
                    $element.Value
                } else {
                    $element.Extent.Text
                }
            }
        }
    )
    $typed = $wordToComplete.Trim('''', '"')
    $program = Get-Command -Name 'vantage' -CommandType Application -TotalCount 1 -ErrorAction SilentlyContinue
    if ($null -eq $program) {
        return
    }
    $arguments = @('__complete', 'powershell', "$($before.Count)") + $before + @($typed)
    $answer = @(& $program $arguments 2>$null)
    if ($answer.Count -eq 0) {
        return
    }
    if ($answer[0] -ne 'values') {
        [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete)
        return
    }
    foreach ($line in ($answer | Select-Object -Skip 1)) {
        $inserted, $shown, $summary = $line.Split("`t", 3)
        [System.Management.Automation.CompletionResult]::new($inserted, $shown, 'ParameterValue', $summary)
    }
}
