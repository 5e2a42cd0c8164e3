/// What a row tells the chat template besides messages: tools, documents, variables.
import TareCore

extension SourceRow {
  static let contextColumns = ["tools", "documents", "chat_template_kwargs"]
  static let mediaColumns = ["image", "images", "video", "videos", "audio", "audios"]

  /// The context, and the columns that it was read from.
  ///
  /// Lists and objects may also stand as JSON in a string, as in CSV and in LLaMA-Factory's data.
  func context() throws(TareError) -> (context: TemplateContext, columns: [String]) {
    try refuseMedia()
    var found: JSONObject = [:]
    for column in Self.contextColumns {
      found[column] = try structure(column)
    }
    do throws(TareError) {
      return (try TemplateContext(json: found), found.keys)
    } catch {
      guard case .badData(let field, let what, let accepted) = error else { throw error }
      // The place is "tools[0]", or "chat_template_kwargs" with what is in it.
      throw self.error(field, found: what, accepted: accepted)
    }
  }

  /// An array or object; nil where the column holds none.
  private func structure(_ column: String) throws(TareError) -> JSONValue? {
    var value = columns[column] ?? .null
    if let text = value.string {
      guard let opening = text.first(where: { !$0.isWhitespace }) else { return nil }
      guard opening == "[" || opening == "{" else {
        throw error(
          column, found: "'\(text.prefix(40))'",
          accepted: "a list or an object, or either as JSON text")
      }
      value = try parsed(text, column)
    }
    // A number of tools is no tools.
    guard value.array != nil || value.object != nil else { return nil }
    // Each tool may be a string of JSON, too.
    guard let elements = value.array, elements.contains(where: { $0.string != nil }) else {
      return value
    }
    return .array(
      elements.map { element in
        let object = element.string.flatMap { try? JSONValue(parsing: $0) }
        return object?.object == nil ? element : object ?? element
      })
  }

  /// Pictures and sounds cannot be scored, and a text without its picture is another text.
  private func refuseMedia() throws(TareError) {
    for column in Self.mediaColumns {
      let found: String
      switch columns[column] {
      case .array(let elements)? where !elements.isEmpty: found = "\(elements.count) of them"
      case .object(let object)? where !object.isEmpty: found = "an object"
      case .string(let text)? where !text.isEmpty: found = "'\(text.prefix(40))'"
      default: continue
      }
      throw error(column, found: found, accepted: "none, as only text can be scored")
    }
  }
}
