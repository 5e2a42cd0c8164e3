/// Files that are no text, and are known by how they begin: what they are, and what to do with them.
package import Foundation
package import TareCore

package struct UnreadFile: Sendable {
  /// What the file begins with; behind `offset` bytes of any kind.
  private let opening: [UInt8]
  private let name: String
  /// What a user can do.
  private let advice: String

  private init(_ opening: [UInt8], _ name: String, _ advice: String) {
    (self.opening, self.name, self.advice) = (opening, name, advice)
  }

  private init(_ opening: String, _ name: String, _ advice: String) {
    self.init(Array(opening.utf8), name, advice)
  }

  /// Bytes by which a file is known.
  static let openingBytes = 4096

  /// - Throws: `TareError.badData` that names what the file is, where that is nothing Tare reads.
  package static func refuse(_ data: Data) throws(TareError) {
    let start = data.prefix(openingBytes)
    if start.starts(with: [0x50, 0x4B]) {
      guard let archive = archive(start) else { return }
      throw archive.error
    }
    let text = start.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
    // What begins so and is text all the same has no control characters.
    if start.contains(where: { $0 < 0x09 }) {
      for kind in all where start.starts(with: kind.opening) { throw kind.error }
    }
    for kind in texts where kind.isBegin(of: text) { throw kind.error }
  }

  /// What Python converts a table with.
  private static func pandas(_ reader: String) -> String {
    "CSV, JSON Lines or Parquet (convert it: python -c \"import pandas; "
      + "pandas.\(reader)('FILE').to_csv('FILE.csv', index=False)\")"
  }

  private static let unpacked = "the unpacked content"
  private static let tables = "CSV, JSON, JSON Lines, Parquet or Arrow"

  private static let all: [UnreadFile] = [
    .init(
      "SQLite format 3\0", "an SQLite database",
      "a score file (to read a store of Tare, use --store)"),
    .init([0x80, 0x02], "a Python pickle", pandas("read_pickle")),
    .init([0x80, 0x03], "a Python pickle", pandas("read_pickle")),
    .init([0x80, 0x04, 0x95], "a Python pickle", pandas("read_pickle")),
    .init([0x80, 0x05, 0x95], "a Python pickle", pandas("read_pickle")),
    .init([0x93] + Array("NUMPY".utf8), "a NumPy array (.npy)", "\(tables), with named columns"),
    .init([0x89] + Array("HDF\r\n".utf8), "an HDF5 file", pandas("read_hdf")),
    .init(
      [0xD0, 0xCF, 0x11, 0xE0], "an Excel workbook (.xls)", "CSV (save the sheet as CSV UTF-8)"),
    .init("BZh", "bzip2", unpacked),
    .init([0xFD] + Array("7zXZ\0".utf8), "xz", unpacked),
    .init([0x04, 0x22, 0x4D, 0x18], "lz4", unpacked),
    .init([0x37, 0x7A, 0xBC, 0xAF], "a 7z archive", unpacked),
    .init("Obj\u{1}", "an Avro file", tables),
    .init("ORC", "an ORC file", pandas("read_orc")),
    .init("GGUF", "a GGUF model", "a table (to use a model, use --model)"),
    .init("<stata_dta>", "a Stata file", pandas("read_stata")),
    .init("$FL2", "an SPSS file", pandas("read_spss")),
    .init("FEA1", "Feather, version 1", "Feather version 2 (Arrow), Parquet or CSV"),
    .init(
      "RDX3\n", "an R workspace",
      "CSV (convert it: write.csv(table, \"FILE.csv\", row.names = FALSE))"),
    .init(
      "X\n\0\0\0", "an R object (.rds)",
      "CSV (convert it: write.csv(table, \"FILE.csv\", row.names = FALSE))"),
  ]

  /// What is text, and no table; letters of any case.
  private static let texts: [UnreadFile] = [
    .init("<!doctype html", "a web page", "the file itself (download its raw form)"),
    .init("<html", "a web page", "the file itself (download its raw form)"),
    .init("<?xml", "XML", tables),
    .init("%pdf-", "a PDF", tables),
    .init(
      "version https://git-lfs", "a Git LFS pointer",
      "the file itself (run: git lfs pull)"),
  ]

  private func isBegin(of text: Data) -> Bool {
    text.count >= opening.count
      && zip(text, opening).allSatisfy { byte, wanted in
        ((0x41...0x5A).contains(byte) ? byte | 0x20 : byte) == wanted
      }
  }

  /// What a zip archive holds, by the names of its first files.
  private static func archive(_ start: Data) -> UnreadFile? {
    guard start.count > 4,
      [0x0304, 0x0506].contains(
        Int(start[start.startIndex + 2]) << 8 | Int(start[start.startIndex + 3]))
    else { return nil }
    func names(_ name: String) -> Bool { start.range(of: Data(name.utf8)) != nil }
    let kinds: [(String, String, String)] = [
      ("xl/", "an Excel workbook (.xlsx)", "CSV (save the sheet as CSV UTF-8)"),
      ("[Content_Types].xml", "an Office document", "CSV (save the sheet as CSV UTF-8)"),
      ("opendocument.spreadsheet", "an OpenDocument spreadsheet", "CSV (save the sheet as CSV)"),
      ("data.pkl", "a PyTorch file (.pt)", tables),
      (".npy", "NumPy arrays (.npz)", "\(tables), with named columns"),
    ]
    let found = kinds.first { names($0.0) }
    return UnreadFile(
      "PK", found?.1 ?? "a zip archive", found?.2 ?? unpacked)
  }

  private var error: TareError {
    .badData(place: "", found: name, accepted: advice)
  }
}
