/// The report as one HTML file that needs nothing else.
internal import TareCore

extension Report {
  /// A whole page: HTML that is also well-formed XML, without scripts and outer resources.
  package func html() -> String {
    var page = "<!DOCTYPE html>"
    document.write(to: &page)
    return page + "\n"
  }

  private var document: Markup {
    tag("html", ["lang": "en"]) {
      tag("head") {
        tag("meta", ["charset": "utf-8"])
        tag("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        tag("meta", ["name": "color-scheme", "content": "light dark"])
        // Should escaping ever fail, nothing runs and nothing is fetched.
        tag(
          "meta",
          [
            "http-equiv": "Content-Security-Policy",
            "content": "default-src 'none'; style-src 'unsafe-inline'",
          ])
        tag("title") { title }
        tag("style") { Markup.verbatim(PageStyle.css) }
      }
      tag("body") {
        tag("a", ["class": "skip", "href": "#content"]) { "Skip to the content" }
        header
        tag("main", ["id": "content"]) {
          for section in ReportSections.registry.entries {
            tag("section", ["id": section.key, "aria-labelledby": "\(section.key)-title"]) {
              tag("h2", ["id": "\(section.key)-title"]) { section.title }
              section.contents(of: self)
            }
          }
        }
        tag("footer") { tag("p") { "Made by tare on \(date)." } }
      }
    }
  }

  private var header: Markup {
    tag("header") {
      tag("p", ["class": "kind"]) { "Reward model report · \(date)" }
      tag("h1") { title }
      tag("nav", ["aria-label": "Sections"]) {
        tag("ul") {
          for section in ReportSections.registry.entries {
            tag("li") { tag("a", ["href": "#\(section.key)"]) { section.title } }
          }
        }
      }
    }
  }
}
