// dokploy_setup_wizard: nine steps to a Supabase that works; asks for what is missing, or says what to give next.
#include "features/deploy/tools/deploying.hpp"
#include "features/deploy/tools/requests.hpp"
#include "stack/names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::deploy::tools {
namespace {

constexpr int all_steps = 9;

struct args : stack_arguments
{
    bool confirm = false;
    bool fresh = false;

    static constexpr auto fields = std::tuple_cat(
        stack_fields<args>(),
        std::tuple{
            json::optional("confirm", &args::confirm, "The review is agreed to: deploy."),
            json::optional("fresh", &args::fresh, "Forget earlier answers.")
        }
    );
};

/// One answer that was given or found, without secrets.
struct answer
{
    std::string name;
    std::string value;

    static constexpr auto fields = std::tuple{
        json::required("name", &answer::name),
        json::required("value", &answer::value),
    };
};

struct wizard_result
{
    int step = 1;
    int steps = all_steps;
    std::string title;
    std::optional<std::string> question; ///< what is to be answered before it goes on
    std::optional<std::string> argument; ///< by which it is answered
    std::vector<answer> answers;
    std::optional<std::string> goes_on_from; ///< when answers were given before this call; RFC 3339
    std::optional<deployment_review> review;
    std::optional<deployment_result> deployment;
    std::string next;

    static constexpr auto fields = std::tuple{
        json::required("step", &wizard_result::step),
        json::required("steps", &wizard_result::steps),
        json::required("title", &wizard_result::title),
        json::optional("question", &wizard_result::question),
        json::optional("argument", &wizard_result::argument),
        json::required("answers", &wizard_result::answers),
        json::optional("goes_on_from", &wizard_result::goes_on_from),
        json::optional("review", &wizard_result::review),
        json::optional("deployment", &wizard_result::deployment),
        json::required("next", &wizard_result::next),
    };
};

/// A question with a text for an answer.
boost::json::object text_schema(std::string_view name, std::string_view title)
{
    return {
        {"type", "object"},
        {"properties", {{name, {{"type", "string"}, {"title", title}}}}},
        {"required", boost::json::array{boost::json::string(name)}}
    };
}

/// One run through the steps, from the beginning each time, with the answers of earlier runs: it makes nothing before
/// the seventh. What was answered is kept until the deployment begins.
class wizard
{
public:
    wizard(services s, const args& in, mcp::call& c)
        : s_(s), in_(static_cast<const stack_arguments&>(in)), agreed_(in.confirm), fresh_(in.fresh), call_(c)
    {}

    io::task<result<untold<wizard_result>>> run()
    {
        const auto before = CO_TRY(co_await recall());
        CO_TRY(check_words());
        CO_TRY(co_await connect());
        if (CO_TRY(co_await needs(in_.name, 2, "name", "How is the new Supabase to be called (a-z, 0-9, hyphens)?")))
            co_return asked();
        CO_TRY(check_reach(s_, call_, mcp::effect::writes, in_.name));
        CO_TRY(stack::check_name(in_.name));
        CO_TRY(co_await keep(with_mail_of(in_, before))); // an account counts when the mail server took it
        out_.step = 3;
        answered("secrets", "made by this program when it is deployed, shown to nobody");
        if (CO_TRY(co_await needs_mail()))
            co_return asked();
        const auto request = CO_TRY(request_of(s_, in_));
        CO_TRY(co_await check_mail(request));
        CO_TRY(co_await keep(in_));
        if (CO_TRY(co_await needs(
                in_.domain, 5, "domain", "At which domain shall it answer? Its DNS must lead to the server."
            )))
            co_return asked();
        CO_TRY(stack::domain_of(in_.domain));
        CO_TRY(co_await keep(in_));
        co_return co_await review_and_deploy();
    }

private:
    /// Returns the answers that were kept, and lays those of this call over them.
    io::task<result<stack_arguments>> recall()
    {
        const auto& me = call_.who().id;
        if (is_nobody())
            co_return stack_arguments{};
        if (fresh_)
            CO_TRY(co_await s_.unfinished.forget(me));
        const auto kept = CO_TRY(co_await s_.unfinished.find(me));
        if (!kept)
            co_return stack_arguments{};
        auto before = CO_TRY(stack_arguments_from(kept->content.reveal()));
        in_ = with_answers(before, in_);
        out_.goes_on_from = to_rfc3339(kept->kept_at);
        call_.client().log(
            mcp::log_level::notice,
            "dokploy",
            fmt::format(
                "going on with the answers of {}{}{}{}; fresh begins anew",
                *out_.goes_on_from,
                in_.name.empty() ? "" : ": name " + in_.name,
                in_.domain.empty() ? "" : ", domain " + in_.domain,
                in_.smtp == mail::none ? ", no mail" : ""
            )
        );
        co_return before;
    }

    /// What can be seen to be wrong by itself is refused before it is kept.
    result<> check_words() const
    {
        if (!in_.name.empty())
            TRY(stack::check_name(in_.name));
        if (!in_.domain.empty())
            TRY(stack::domain_of(in_.domain));
        return check_wishes(TRY(request_of(s_, in_)));
    }

    /// Callers without a name are many: one must not go on with the answers of another.
    bool is_nobody() const { return call_.who().id == "anonymous"; }

    io::task<result<>> keep(stack_arguments what)
    {
        if (!is_nobody())
            CO_TRY(co_await s_.unfinished.keep(call_.who().id, to_text(what)));
        co_return result<>{};
    }

    io::task<result<>> connect()
    {
        title(1, "Connect");
        auto* on = CO_TRY(s_.of.on().find(in_.server));
        in_.server = on->name;
        const auto version = CO_TRY(co_await deploy::connect(*on, call_.deadline()));
        answered("server", fmt::format("{} at {}, {}", on->name, on->url, dokploy::to_string(version)));
        co_return result<>{};
    }

    /// True when it is open by which server mails go.
    io::task<result<bool>> needs_mail()
    {
        const auto request = CO_TRY(request_of(s_, in_));
        if (request.smtp || in_.smtp == mail::none)
            co_return false;
        std::string said;
        const bool open = CO_TRY(co_await needs(
            said,
            4,
            "smtp",
            "By which server shall mails of sign-ups and password resets go? Give smtp_host, smtp_port, smtp_user, "
            "smtp_password and smtp_sender, or smtp=none: then no mail is sent, mail addresses count without a proof, "
            "and passwords cannot be reset"
        ));
        if (open)
            co_return true;
        if (said == "none") {
            in_.smtp = mail::none;
            co_return false;
        }
        co_return fail(
            condition::invalid_argument,
            "smtp: a mail server is more than one word",
            "answer none, or call it again with smtp_host, smtp_user, smtp_password and smtp_sender (--smtp-host …)"
        );
    }

    io::task<result<>> check_mail(const stack_request& request)
    {
        title(4, "smtp");
        if (!request.smtp) {
            answered("smtp", "none: no mail is sent, mail addresses count without a proof");
            co_return result<>{};
        }
        call_.client().progress(4, all_steps, "talking to the mail server");
        const auto said = CO_TRY(co_await s_.of.check_mail(*request.smtp, call_.deadline()));
        answered("smtp", said);
        co_return result<>{};
    }

    io::task<result<untold<wizard_result>>> review_and_deploy()
    {
        title(6, "Review");
        call_.client().progress(6, all_steps, "checking name, domain and certificate, planning the stack");
        answered("domain", in_.domain);
        auto request = CO_TRY(request_of(s_, in_));
        out_.review = CO_TRY(co_await s_.of.review(request, call_.deadline()));
        if (!agreed_ && !CO_TRY(co_await agrees()))
            co_return ask_for(6, "Review", "confirm", "Shall it be deployed as reviewed? Answer with confirm=true");
        title(7, "Deploy");
        auto begun = CO_TRY(co_await s_.of.deploy(std::move(request), call_.who().id, call_.deadline()));
        // The job has it all, and goes on whatever becomes of the draft.
        if (const auto gone = co_await s_.unfinished.forget(call_.who().id); !gone)
            call_.client().log(
                mcp::log_level::warning, "dokploy", "the answers are still kept: " + gone.error().message
            );
        out_.deployment = CO_TRY(co_await follow_deployment(s_, std::move(begun), "https://" + in_.domain, call_));
        const bool done = out_.deployment->job && out_.deployment->job->status == jobs::report_status::succeeded;
        title(done ? all_steps : 8, done ? "Validated" : "Waiting");
        out_.next = out_.deployment->next;
        co_return untold<wizard_result>{std::move(out_)};
    }

    /// Whether the person behind the client, if one can be asked, agrees.
    io::task<result<bool>> agrees()
    {
        if (!call_.client().can_ask())
            co_return false;
        mcp::question q{
            .key = "confirm",
            .message = fmt::format(
                "Deploy \"{}\" at {} to {} (project {}, {} services, mail: {})?",
                out_.review->name,
                out_.review->url,
                out_.review->server,
                out_.review->project,
                out_.review->images.size(),
                out_.review->smtp
            ),
            .schema =
                {{"type", "object"},
                 {"properties", {{"confirm", {{"type", "boolean"}, {"title", "Deploy it"}}}}},
                 {"required", boost::json::array{"confirm"}}}
        };
        const auto said = CO_TRY(co_await call_.client().ask(std::move(q), call_.deadline()));
        if (said.action != mcp::answer_action::accept)
            co_return fail(
                condition::denied,
                "the review was not agreed to; nothing was made",
                "call it again with what is to be other"
            );
        const auto* yes = said.content.if_contains("confirm");
        co_return yes != nullptr && yes->is_bool() && yes->get_bool();
    }

    /// True when the answer is missing and nobody could be asked.
    io::task<result<bool>> needs(std::string& value, int step, std::string_view argument, std::string question)
    {
        title(step, std::string(argument));
        if (value.empty() && call_.client().can_ask()) {
            mcp::question q{
                .key = std::string(argument), .message = question, .schema = text_schema(argument, argument)
            };
            const auto said = CO_TRY(co_await call_.client().ask(std::move(q), call_.deadline()));
            if (said.action == mcp::answer_action::decline)
                co_return fail(
                    condition::denied,
                    "the wizard was left; nothing was made",
                    "call it again to go on where it was; answers so far are kept"
                );
            if (const auto* text = said.content.if_contains(argument); text != nullptr && text->is_string())
                value = std::string(text->get_string());
        }
        if (!value.empty()) {
            answered(std::string(argument), value);
            co_return false;
        }
        out_.question = std::move(question);
        out_.argument = std::string(argument);
        co_return true;
    }

    untold<wizard_result> asked()
    {
        out_.next = fmt::format(
            "call dokploy_setup_wizard again with {}; {}",
            *out_.argument,
            is_nobody() ? "repeat the answers so far: callers without a name have none kept"
                        : "the answers so far are kept"
        );
        return {std::move(out_)};
    }

    untold<wizard_result> ask_for(int step, std::string words, std::string argument, std::string question)
    {
        title(step, std::move(words));
        out_.question = std::move(question);
        out_.argument = std::move(argument);
        return asked();
    }

    void title(int step, std::string words)
    {
        out_.step = step;
        out_.title = std::move(words);
    }

    void answered(std::string name, std::string value)
    {
        const auto before = std::ranges::find(out_.answers, name, &answer::name);
        if (before != out_.answers.end())
            before->value = std::move(value);
        else
            out_.answers.push_back({std::move(name), std::move(value)});
    }

    services s_;
    stack_arguments in_;
    bool agreed_;
    bool fresh_;
    mcp::call& call_;
    wizard_result out_;
};

io::task<result<untold<wizard_result>>> run(services s, args in, mcp::call& c)
{
    wizard steps(s, in, c);
    co_return co_await steps.run();
}

} // namespace

mcp::tool dokploy_setup_wizard(services s)
{
    return mcp::make_tool<args, untold<wizard_result>>(
        {.name = "dokploy_setup_wizard",
         .group = std::string(group_name),
         .worst = mcp::effect::writes,
         .about = mcp::subject::server,
         .description = "Leads to a working Supabase on Dokploy in nine steps, asking for what is missing; begin "
                        "without arguments. Makes nothing before the review is confirmed.",
         .as_task = mcp::task_support::optional},
        [s](args in, mcp::call& c) { return run(s, std::move(in), c); }
    );
}

} // namespace basekeeper::deploy::tools
