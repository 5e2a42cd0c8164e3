import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

/// The pages on files tell of all that the registries hold.
@Suite struct DocsTests {
  private func page(_ name: String) throws -> String {
    try String(contentsOf: projectFolder.appending(path: "docs/\(name)"), encoding: .utf8)
  }

  /// The first words of the lines of a section.
  private func firstWords(of section: String, in page: String) throws -> [String] {
    let start = try #require(page.range(of: "\n### \(section)\n"))
    let text = page[start.upperBound...].components(separatedBy: "\n## ")[0]
      .components(separatedBy: "\n### ")[0]
    return text.split(separator: "\n").compactMap { line in
      line.split(separator: " ").first.map(String.init)
    }
  }

  @Test func `formats.md has an example of every container and layout`() throws {
    let page = try page("formats.md")
    for container in FileFormats.registry.keys {
      #expect(page.contains("\n| `\(container)` | "), "\(container)")
    }
    let texts = try firstWords(of: "Prompts and responses", in: page)
    for layout in RowLayouts.help { #expect(texts.contains(layout.key), "\(layout.key)") }
    let scores = try firstWords(of: "Scores", in: page)
    for layout in ScoreLayouts.help { #expect(scores.contains(layout.key), "\(layout.key)") }
  }

  @Test func `conversations.md has every layout of rows, and no other`() throws {
    let rows = try page("conversations.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
    let listed = rows.compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
    let keys = RowLayouts.help.map(\.key)
    for key in keys {
      let row = rows.first { $0.hasPrefix("| `\(key)` |") }
      let summary = RowLayouts.help.first { $0.key == key }?.summary ?? ""
      #expect(row?.contains(summary) == true, "\(key)")
    }
    #expect(Array(listed.prefix(keys.count)) == keys)
  }
}
