// basekeeper completion bash|zsh|fish: scripts that know the commands and ask the program for tools and instances.
#include "cli/commands.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace basekeeper::cli {
namespace {

// clang-format off: it takes the brackets of the shell for its own
constexpr std::string_view bash_script = R"sh(_basekeeper()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    case $before in
        basekeeper) COMPREPLY=($(compgen -W "@commands@" -- "$word")) ;;
        call) COMPREPLY=($(compgen -W "$(basekeeper tools 2>/dev/null | cut -d' ' -f1)" -- "$word")) ;;
        local) COMPREPLY=($(compgen -W "up down list env destroy" -- "$word")) ;;
        instance) COMPREPLY=($(compgen -W "add list remove harden" -- "$word")) ;;
        audit) COMPREPLY=($(compgen -W "list verify export" -- "$word")) ;;
        key) COMPREPLY=($(compgen -W "create list revoke" -- "$word")) ;;
        block) COMPREPLY=($(compgen -W "list add remove" -- "$word")) ;;
        config) COMPREPLY=(show) ;;
        secrets) COMPREPLY=(rotate) ;;
        completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$word")) ;;
        *) COMPREPLY=($(compgen -W "--help --output --config --read-only --instance --arg --yes" -- "$word")) ;;
    esac
}
complete -o default -F _basekeeper basekeeper)sh";

constexpr std::string_view zsh_script = R"sh(#compdef basekeeper
_basekeeper()
{
    case $words[CURRENT-1] in
        basekeeper) compadd @commands@ ;;
        call) compadd ${(f)"$(basekeeper tools 2>/dev/null | cut -d' ' -f1)"} ;;
        local) compadd up down list env destroy ;;
        instance) compadd add list remove harden ;;
        audit) compadd list verify export ;;
        key) compadd create list revoke ;;
        block) compadd list add remove ;;
        config) compadd show ;;
        secrets) compadd rotate ;;
        completion) compadd bash zsh fish ;;
        *) compadd -- --help --output --config --read-only --instance --arg --yes ;;
    esac
}
compdef _basekeeper basekeeper)sh";

constexpr std::string_view fish_script = R"sh(complete -c basekeeper -f
complete -c basekeeper -n __fish_use_subcommand -a '@commands@'
complete -c basekeeper -n '__fish_seen_subcommand_from call' -a '(basekeeper tools 2>/dev/null | cut -d" " -f1)'
complete -c basekeeper -n '__fish_seen_subcommand_from local' -a 'up down list env destroy'
complete -c basekeeper -n '__fish_seen_subcommand_from instance' -a 'add list remove harden'
complete -c basekeeper -n '__fish_seen_subcommand_from audit' -a 'list verify export'
complete -c basekeeper -n '__fish_seen_subcommand_from key' -a 'create list revoke'
complete -c basekeeper -n '__fish_seen_subcommand_from block' -a 'list add remove'
complete -c basekeeper -n '__fish_seen_subcommand_from config' -a show
complete -c basekeeper -n '__fish_seen_subcommand_from secrets' -a rotate
complete -c basekeeper -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'
complete -c basekeeper -l output -xa 'table json'
complete -c basekeeper -l read-only
complete -c basekeeper -l config -r)sh";
// clang-format on

} // namespace

int completion(const completion_command& what, presentation show)
{
    constexpr std::string_view place = "@commands@";
    std::string script(what.shell == "bash" ? bash_script : what.shell == "zsh" ? zsh_script : fish_script);
    script.replace(script.find(place), place.size(), fmt::format("{}", fmt::join(command_names(), " ")));
    show.screen.print(script);
    return 0;
}

} // namespace basekeeper::cli
