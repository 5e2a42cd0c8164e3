/// Inspections that a user names.
internal import TareCore
internal import TareInspection

extension InspectionFile {
  /// - Throws: as `init(parsing:)`, with the file's name.
  init(reading file: InputFile) throws(TareError) {
    do throws(TareError) {
      try self.init(parsing: file.data)
    } catch {
      throw error.inside(file.name)
    }
  }
}
