/// Columns by name, as the commands take them.
internal import TareCore
internal import TareFormats
internal import TareNumerics

extension ColumnMapping {
  /// - Parameter texts: `NAME=PLACE`, several with commas between them, or `@FILE` for a file of them.
  /// - Throws: `TareError.usage` for what is no mapping; `TareError.badData` that names a file and its line.
  init(command texts: [String]) throws(TareError) {
    self.init(naming: "--columns")
    for text in texts {
      guard text.hasPrefix("@") else {
        try add(text)
        continue
      }
      let file = try InputFile(String(text.dropFirst()))
      do throws(TareError) {
        try add(contents: file.bytes)
      } catch {
        throw error.inside(file.name)
      }
    }
  }
}
