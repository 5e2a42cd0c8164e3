import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct SavedDatasetTests {
  private func path(_ name: String) -> String { ArrowSamples.folder.appending(path: name).path }

  @Test(arguments: ["dataset", "splits/train", "splits/test"])
  func `a folder's files are one table`(name: String) throws {
    let content = try #require(try TableFiles(path(name))).content()
    let table = try readTable(content, name: name)
    let expected = try #require(ArrowSamples.expected[name]?.object)
    #expect(Set(table.columns) == Set(expected.keys))
    for (column, wanted) in expected.members {
      #expect(JSONValue.array(try table.values(in: column)).means(wanted), "\(column)")
    }
  }

  @Test func `files keep their order, and a file is no folder`() throws {
    #expect(
      try SavedDataset.files(of: path("dataset") + "/")
        == ["data-00000-of-00002.arrow", "data-00001-of-00002.arrow"].map { path("dataset/\($0)") })
    #expect(try TableFiles(path("scores.feather")) == nil)
    #expect(try TableFiles(path("nothing")) == nil)
  }

  @Test func `of several splits one must be named`() {
    let error = #expect(throws: TareError.self) { try TableFiles(path("splits")) }
    let text = error?.description ?? ""
    #expect(text.contains("the splits 'train', 'test'") && text.contains("splits/train"))
  }

  @Test func `other folders are refused, and names that lead elsewhere`() throws {
    let folder = try TemporaryFolder()
    func message() -> String {
      do throws(TareError) {
        _ = try TableFiles(folder.url.path)?.content()
        return ""
      } catch { return error.description }
    }
    #expect(message().contains("save_to_disk"))
    for (state, found) in [
      (#"{"_data_files": [{"filename": "../x.arrow"}]}"#, "../x.arrow"),
      (#"{"_data_files": [{"filename": ".."}]}"#, ".."),
      (#"{"_data_files": [{"filename": 1}]}"#, "the file name 1"),
      (#"{"_data_files": []}"#, "no data files"),
      (#"{"_data_files": [{"filename": "x.arrow"}]}"#, "no readable file"),
      (#"{"_data_files": [], "_indices_data_files": [{"filename": "i"}]}"#, "another file"),
      ("{", "state.json"),
    ] {
      _ = try folder.file("state.json", Data(state.utf8))
      #expect(message().contains(found), "\(state): \(message())")
    }
  }
}
