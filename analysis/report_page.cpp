// SPDX-License-Identifier: Apache-2.0
#include "analysis/report_page.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <string_view>

#include "analysis/text_tables.h"

namespace jetsmith::analysis {
namespace {

constexpr auto kStyle = R"css(
:root{--ink:#1b1f24;--soft:#59626d;--line:#dde1e6;--paper:#fff;--ground:#f6f7f9;--accent:#0072B2}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);line-height:1.5;
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1100px;margin:0 auto;padding:24px 20px 48px}
header h1{margin:0;font-size:1.7rem;line-height:1.25;overflow-wrap:anywhere}
header p{margin:.25rem 0 0;color:var(--soft);overflow-wrap:anywhere}
section{margin-top:32px}
h2{font-size:1.2rem;margin:0 0 12px;padding-bottom:6px;border-bottom:2px solid var(--line)}
h3{font-size:1rem;margin:20px 0 8px}
.cards{display:grid;margin:20px 0 0;gap:12px;
grid-template-columns:repeat(auto-fit,minmax(150px,1fr))}
.card{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:12px 14px}
.card .what{color:var(--soft);font-size:.85rem}
.card .value{font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums}
.card .note{color:var(--soft);font-size:.85rem;font-variant-numeric:tabular-nums}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr));gap:16px}
figure{margin:0;background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:12px;
min-width:0}
figure svg{display:block;width:100%;height:auto}
figure svg text,figure svg tspan{
font-family:system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
figcaption{color:var(--soft);font-size:.875rem;margin-top:8px}
.scroll{overflow-x:auto;background:var(--paper);border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:.925rem}
th,td{padding:7px 12px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap;
font-variant-numeric:tabular-nums}
th:first-child,td:first-child{text-align:left}
tbody tr:last-child td{border-bottom:0}
th{font-weight:600;color:var(--soft)}
table.facts td{text-align:left;white-space:normal;overflow-wrap:anywhere}
table.facts td:first-child{color:var(--soft);white-space:nowrap;width:1%}
.note{color:var(--soft);font-size:.875rem}
details{background:var(--paper);border:1px solid var(--line);border-radius:8px;margin-top:12px}
summary{cursor:pointer;padding:10px 14px;font-weight:600;overflow-wrap:anywhere}
details>.inside{padding:0 14px 12px}
details .scroll{border:0}
pre{margin:0;overflow-x:auto;font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(118px,1fr));gap:12px}
.pictures.thirds{grid-template-columns:repeat(3,minmax(0,1fr))}
.pictures.halves{grid-template-columns:repeat(auto-fill,minmax(min(100%,360px),1fr))}
.triple{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:6px}
.pictures.large{grid-template-columns:repeat(auto-fill,minmax(min(100%,240px),1fr))}
img.pixels{display:block;width:100%;height:auto;image-rendering:pixelated;
border:1px solid var(--line)}
.scale{height:12px;margin-top:10px;max-width:320px;border:1px solid var(--line)}
.ends{display:flex;justify-content:space-between;max-width:320px;color:var(--soft);font-size:.8rem}
footer{margin-top:40px;color:var(--soft);font-size:.85rem}
@media(max-width:600px){main{padding:16px 12px 32px}figure{padding:8px}th,td{padding:6px 10px}
header h1{font-size:1.4rem}.cards{grid-template-columns:repeat(2,1fr);gap:8px}
.pictures{grid-template-columns:repeat(2,1fr)}
.pictures.thirds{gap:6px}.pictures.thirds figcaption{font-size:.75rem;overflow-wrap:anywhere}
.pictures.thirds figure{padding:4px}.pictures.halves{grid-template-columns:1fr}
table.facts td:first-child{white-space:normal;width:35%}}
@media print{body{background:#fff}details{display:block}}
)css";

constexpr std::string_view kGenerator = "<meta name=\"generator\" content=\"jetsmith\">";

}  // namespace

std::string page(const std::string& title, const std::string& html)
{
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n{}\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<title>{}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>{}</style>\n</head>\n"
        "<body>\n<main>\n{}</main>\n</body>\n</html>\n",
        kGenerator, html_text(title), kStyle, html);
}

bool is_page(const std::filesystem::path& path)
{
    std::array<char, 512> head{};  // CSS and figures come later
    std::ifstream(path, std::ios::binary).read(head.data(), head.size());
    return std::string_view(head.data(), head.size()).find(kGenerator) != std::string_view::npos;
}

std::string section(const std::string& heading, const std::string& html)
{
    if (html.empty()) return "";
    return fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", html_text(heading), html);
}

std::string figure(const std::string& html, const std::string& caption, const std::string& alt)
{
    const std::string described =
        fmt::format("<div role=\"img\" aria-label=\"{}\">", html_text(alt));
    return fmt::format("<figure>\n{}{}</div>\n<figcaption>{}</figcaption>\n</figure>\n", described,
                       html, html_text(caption));
}

std::string grid(const std::string& html)
{
    return html.empty() ? "" : "<div class=\"grid\">\n" + html + "</div>\n";
}

std::string table(const std::vector<std::string>& header,
                  const std::vector<std::vector<std::string>>& rows)
{
    std::string html = header.empty() ? "<div class=\"scroll\"><table class=\"facts\">\n"
                                      : "<div class=\"scroll\"><table>\n<thead><tr>";
    for (const auto& cell : header) html += "<th scope=\"col\">" + cell + "</th>";
    html += header.empty() ? "<tbody>\n" : "</tr></thead>\n<tbody>\n";
    for (const auto& row : rows) {
        html += "<tr>";
        for (const auto& cell : row)
            html += cell.starts_with("<td") ? cell : "<td>" + cell + "</td>";
        html += "</tr>\n";
    }
    return html + "</tbody></table></div>\n";
}

std::string fold(const std::string& summary, const std::string& html)
{
    return fmt::format("<details><summary>{}</summary><div class=\"inside\">\n{}</div></details>\n",
                       html_text(summary), html);
}

std::string preformatted(const std::string& text) { return "<pre>" + html_text(text) + "</pre>\n"; }

std::string metric_name_html(const std::string& name)
{
    const auto at = name.find('@');
    if (name == "auc") return "AUC";
    if (name.starts_with("auc[")) return "AUC " + html_text(name.substr(3));
    if (name.starts_with("signal_efficiency") && at != std::string::npos)
        return fmt::format("ε<sub>S</sub> at 1/ε<sub>B</sub> = {} {}",
                           html_text(name.substr(at + 1)), html_text(name.substr(17, at - 17)));
    if (!name.starts_with("rejection") || at == std::string::npos) return html_text(name);
    const std::string question = name.substr(9, at - 9);
    return fmt::format("1/ε<sub>B</sub> at ε<sub>S</sub> = {}{}", html_text(name.substr(at + 1)),
                       question.empty() ? "" : " " + html_text(question));
}

}  // namespace jetsmith::analysis
