import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct CSVRewriterTests {
  private let samples: CSVSamples

  init() throws { samples = try CSVSamples() }

  /// Rewrites the sample with numbers that are made from the row's position.
  private func rewritten(
    _ bytes: [UInt8], adding names: [String], pieceSize: Int
  ) throws -> [UInt8] {
    let path = samples.folder.path("out.csv")
    let sink = try ByteSink(path)
    var reader = try samples.reader(bytes, CSVColumns(), pieceSize: pieceSize)
    var rewriter = CSVRewriter(reader.header, adding: names, to: sink)
    while try reader.nextBlock() {
      let first = reader.count - reader.block.count
      try rewriter.write(
        reader, names.indices.map { column in numbers(column, first..<reader.count) })
    }
    try rewriter.finish()
    try sink.finish()
    return Array(try Data(contentsOf: URL(filePath: path)))
  }

  private func numbers(_ column: Int, _ rows: Range<Int>) -> [Double] {
    rows.map { ($0 + column).isMultiple(of: 5) ? 1e20 / 3 : Double($0) / Double(column + 7) }
  }

  @Test func `the bytes are those of the table in memory`() throws {
    var generator = SplitMix(state: 21)
    for _ in 0..<150 {
      let bytes = CSVSamples.random(&generator)
      guard let table = try? readTable(Data(bytes), name: "in", format: "csv") else { continue }
      var names = ["new", "with \"quotes\", and a comma"]
      if Bool.random(using: &generator) { names.append(table.columns[0]) }
      let columns = names.enumerated().map { column, name in
        TableColumn(
          name: name,
          values: numbers(column, table.rows.indices).map { JSONValue.double($0) })
      }
      let expected = try Array(table.data(adding: columns))
      for pieceSize in [1, 2, 3, 7, 16, 64, 1 << 20] {
        let found = try rewritten(bytes, adding: names, pieceSize: pieceSize)
        #expect(
          found == expected,
          "\(String(decoding: bytes, as: UTF8.self).debugDescription) in pieces of \(pieceSize)")
      }
    }
  }

  @Test func `a number that is not finite is written as null`() throws {
    let sink = try ByteSink(samples.folder.path("out.csv"))
    var reader = try samples.reader(Array("a\nx\ny\n".utf8), CSVColumns())
    var rewriter = CSVRewriter(reader.header, adding: ["b"], to: sink)
    #expect(try reader.nextBlock())
    try rewriter.write(reader, [[.nan, -.infinity]])
    try rewriter.finish()
    try sink.finish()
    let text = try String(contentsOfFile: samples.folder.path("out.csv"), encoding: .utf8)
    #expect(text == "a,b\nx,null\ny,null\n")
  }

  @Test func `skipped rows are not written`() throws {
    let path = samples.folder.path("out.csv")
    let sink = try ByteSink(path)
    var reader = try samples.reader(
      Array("score,t\r\n1,a\r\n,b\r\n\"3\",\"c\nd\"".utf8), CSVColumns(numbers: ["score"]),
      skipsBadRows: true)
    var rewriter = CSVRewriter(reader.header, adding: ["twice"], to: sink)
    while try reader.nextBlock() {
      try rewriter.write(reader, [reader.block.numbers[0].map { $0 * 2 }])
    }
    try rewriter.finish()
    try sink.finish()
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text == "score,t,twice\r\n1,a,2.0\r\n\"3\",\"c\nd\",6.0\r\n")
  }

  @Test func `a file that is not finished leaves nothing behind`() throws {
    let path = try samples.folder.file("out.csv", Data("before".utf8))
    func start() throws {
      let reader = try samples.reader(Array("a\nx\n".utf8), CSVColumns())
      var rewriter = CSVRewriter(reader.header, adding: ["b"], to: try ByteSink(path))
      try rewriter.finish()
    }
    try start()
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "before")
    let files = try FileManager.default.contentsOfDirectory(atPath: samples.folder.url.path)
    #expect(files.sorted() == ["in.csv", "out.csv"])
  }

  @Test func `a file keeps its rights, and a link what it points to`() throws {
    let path = try samples.folder.file("out.csv", Data())
    let link = samples.folder.path("link.csv")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    let sink = try ByteSink(link)
    let reader = try samples.reader(Array("a\nx\n".utf8), CSVColumns())
    var rewriter = CSVRewriter(reader.header, adding: [], to: sink)
    try rewriter.finish()
    try sink.finish()
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "a\n")
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o640)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
  }

  @Test func `a folder that is not there is an error that names the file`() throws {
    let path = samples.folder.path("none/out.csv")
    let error = #expect(throws: TareError.self) { _ = try ByteSink(path) }
    #expect(
      error?.description == "\(path): folder \(samples.folder.path("none")) does not exist")
  }
}
