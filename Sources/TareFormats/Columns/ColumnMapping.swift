/// Columns under other names: which of a file's columns is the prompt, the response, the score.
package import TareCore

/// Names that layouts look for, each with the place in a row where its value stands.
///
///     prompt=question                            another column
///     response=output.text                       a member of an object
///     responses[]=a,responses[]=b                several columns as one list
///     responses[]=completions[].text             a member of each element of a list
///     response=choices[0].message                an element of a list
package struct ColumnMapping: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    package let name: String
    /// Whether the value is a list: of the elements found, or of the one value.
    package let isList: Bool
    package let path: ColumnPath
  }

  package private(set) var entries: [Entry] = []
  /// How a user names columns, for messages ("--columns"); nil where there is no way to.
  package var naming: String?

  package init(naming: String? = nil) { self.naming = naming }

  package var isEmpty: Bool { entries.isEmpty }

  /// - Parameters:
  ///   - text: `NAME=PLACE`, several with commas between them.
  ///   - naming: what stands before it where it is typed.
  /// - Throws: `TareError.usage` for what is no mapping.
  package mutating func add(_ text: String) throws(TareError) {
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      try add(pair: String(part))
    }
  }

  /// What a file of mappings says: a JSON object of names and places (a list of places for a list), or
  /// `NAME=PLACE` on each line; blank lines and those that begin with # count for nothing.
  ///
  /// - Throws: `TareError.badData` that names the line or the member.
  package mutating func add(contents: [UInt8]) throws(TareError) {
    let first = contents.first { !$0.isBlank }
    guard first == UInt8(ascii: "{") else {
      try SourceFile.checkUTF8(contents)
      let lines = String(decoding: contents, as: UTF8.self).split(
        omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      for (number, line) in zip(1..., lines.map { String($0).trimmed }) {
        guard !line.isEmpty, !line.hasPrefix("#") else { continue }
        do throws(TareError) {
          try add(pair: line)
        } catch {
          throw .badData(
            place: "line \(number)", found: "'\(line)'",
            accepted: "NAME=COLUMN, such as prompt=question")
        }
      }
      return
    }
    let value = try JSONValue(parsing: contents)
    for (name, places) in value.object?.members ?? [] {
      let texts = places.elements.compactMap(\.string)
      guard !texts.isEmpty, texts.count == places.elements.count else {
        throw .badData(
          place: "member '\(name)'", found: places.kindName,
          accepted: "a column's name, or a list of them")
      }
      do throws(TareError) {
        for text in texts { try add(name: name, place: text) }
      } catch {
        throw .badData(
          place: "member '\(name)'", found: texts.joined(separator: ", "),
          accepted: "one column for the name (NAME[] takes a list)")
      }
    }
  }

  private mutating func add(pair: String) throws(TareError) {
    let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw usage(pair, "NAME=COLUMN, such as prompt=question") }
    try add(name: String(parts[0]), place: String(parts[1]))
  }

  private mutating func add(name: String, place: String) throws(TareError) {
    var name = name.trimmed
    let place = place.trimmed
    let isList = name.hasSuffix("[]")
    if isList { name.removeLast(2) }
    guard !name.isEmpty, !name.contains("["), !place.isEmpty else {
      throw usage("\(name)=\(place)", "NAME=COLUMN, such as prompt=question")
    }
    if let before = entries.first(where: { $0.name == name }), !isList || !before.isList {
      throw usage(
        "\(name)=\(place)", "one column for '\(name)' (\(name)[] takes several)")
    }
    entries.append(Entry(name: name, isList: isList, path: ColumnPath(place)))
  }

  private func usage(_ text: String, _ accepted: String) -> TareError {
    .usage("\(naming.map { "\($0): " } ?? "")expected \(accepted), found \(text)")
  }

  /// The mapping as a file of it may hold it, for a run's record.
  package var json: JSONObject {
    var object = JSONObject()
    for entry in entries {
      let key = entry.isList ? "\(entry.name)[]" : entry.name
      let text = JSONValue.string(entry.path.text)
      object[key] = object[key].map { .array($0.elements + [text]) } ?? text
    }
    return object
  }
}

extension UInt8 {
  fileprivate var isBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
