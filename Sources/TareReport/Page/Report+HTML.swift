/// The report as one HTML file that needs nothing else.
internal import Foundation
internal import TareCore

extension Report {
  /// A whole page: HTML that is also well-formed XML and needs nothing from elsewhere. It reads well without
  /// its script, the only one that the page's policy lets run.
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
        // Should escaping ever fail, no other script runs and nothing is fetched.
        tag(
          "meta",
          [
            "http-equiv": "Content-Security-Policy",
            "content":
              "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-\(Self.scriptDigest)'",
          ])
        tag("title") { title }
        tag("style") {
          Markup.verbatim(PageStyle.css)
          Markup.verbatim(MapStyle.css)
        }
      }
      tag("body") {
        tag("a", ["class": "skip", "href": "#content"]) { "Skip to the content" }
        header
        tag("div", ["class": "page"]) {
          navigation
          tag("main", ["id": "content"]) {
            for section in sections {
              tag("section", ["id": section.key, "aria-labelledby": "\(section.key)-title"]) {
                tag("h2", ["id": "\(section.key)-title"]) { section.title }
                section.contents(of: self)
              }
            }
            tag("footer") { tag("p") { "Made by tare on \(date)." } }
          }
        }
        tag("script") { Markup.verbatim(PageScript.javascript) }
      }
    }
  }

  /// In the order of the page.
  private var sections: [any ReportSection.Type] {
    ReportSections.registry.entries.filter { $0.isShown(in: self) }
  }

  /// SHA-256 of the script in base64, as a policy names it.
  private static let scriptDigest: String = {
    let digest = Digest(of: "\(PageScript.javascript)")
    return Data(digest.bytes.indices.map { digest.bytes[$0] }).base64EncodedString()
  }()

  private var header: Markup {
    tag("header", ["class": "top"]) {
      tag("div") {
        tag("p", ["class": "kind"]) { "Reward model report · \(date)" }
        tag("h1") { title }
        if runs.count > 1 { runFilter }
      }
      tag("fieldset", ["class": "theme"]) {
        tag("legend", ["class": "unseen"]) { "Theme" }
        for theme in ["system", "light", "dark"] {
          tag("label") {
            if theme == "system" {
              tag(
                "input",
                [
                  "type": "radio", "name": "theme", "id": "theme-\(theme)", "value": theme,
                  "checked": "checked",
                ])
            } else {
              tag(
                "input", ["type": "radio", "name": "theme", "id": "theme-\(theme)", "value": theme])
            }
            tag("span") { theme }
          }
        }
      }
    }
  }

  /// Shown by the page's script, which it needs.
  private var runFilter: Markup {
    tag("form", ["class": "filters run-filter", "aria-label": "Runs"]) {
      tag("label") {
        "Show "
        tag("select", ["name": "run"]) {
          tag("option", ["value": ""]) { "all \(runs.count) runs" }
          for (place, run) in runs.enumerated() {
            tag("option", ["value": String(place)]) { run.name }
          }
        }
      }
    }
  }

  private var navigation: Markup {
    tag("nav", ["aria-label": "Sections"]) {
      tag("ul") {
        for section in sections {
          tag("li") { tag("a", ["href": "#\(section.key)"]) { section.title } }
        }
      }
    }
  }
}
