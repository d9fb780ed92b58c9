# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Completion of envsensorctl for bash: commands, options, and names from the agent itself, which is
# asked with the options that are on the line already.

_envsensorctl_names() {
	local list=$1 column=$2
	envsensorctl "${asked[@]}" --csv "$list" 2>/dev/null | tr -d '\r' |
		awk -F, -v column="$column" 'NR > 1 { gsub(/^"|"$/, "", $column); print $column }'
}

_envsensorctl() {
	local current=${COMP_WORDS[COMP_CWORD]} command="" kind=sensors word i candidates=()
	local asked=(-t 1 -r 0)
	local commands="status sensors buses alarms events queue relays contacts set add remove ack
		reset shelve test-mail flush retry cancel replay scan config"
	local options="--json --csv --watch --since --follow --bus --contact --relay --agent --config
		--help --version -H"

	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		--bus) kind=buses ;;
		--contact) kind=contacts ;;
		--relay) kind=relays ;;
		--*) ;;
		-?) asked+=("$word" "${COMP_WORDS[i + 1]}") && ((i++)) ;;
		-*) asked+=("$word") ;;
		*) [ -n "$command" ] || command=$word ;;
		esac
	done
	case $command in
	"") mapfile -t candidates < <(compgen -W "$commands $options" -- "$current") ;;
	set | remove | shelve) mapfile -t candidates < <(_envsensorctl_names "$kind" 2) ;;
	ack | reset) mapfile -t candidates < <(_envsensorctl_names alarms 1) ;;
	retry | cancel) mapfile -t candidates < <(_envsensorctl_names queue 1) ;;
	test-mail) mapfile -t candidates < <(_envsensorctl_names contacts 2) ;;
	esac
	COMPREPLY=()
	for word in "${candidates[@]}"; do
		[[ $word == "$current"* ]] && COMPREPLY+=("$(printf %q "$word")")
	done
}

complete -F _envsensorctl envsensorctl
