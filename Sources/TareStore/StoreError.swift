/// What SQLite says, as an error that names the store and tells the user what to do.
import Foundation
import GRDB
import TareCore

extension TareError {
  /// - Parameters:
  ///   - error: of SQLite, of GRDB, or a `TareError` that leaves it to this place to name the store.
  ///   - path: the store's file.
  init(_ error: any Error, store path: String) {
    switch error {
    case TareError.usage(let text): self = .usage("\(path): \(text)")
    case TareError.fault(let text): self = .fault("\(path): \(text)")
    case let error as TareError: self = error.inside(path)
    case let error as DatabaseError: self = TareError(sqlite: error, store: path)
    case let error as RowDecodingError:
      self = .badData(
        place: path, found: "a value of a different type than in the schema (\(error))",
        accepted: "an undamaged store (`tare store check FILE` lists what is damaged)")
    default: self = .fault("\(path): \(error)")
    }
  }

  private init(sqlite error: DatabaseError, store path: String) {
    let safe = "stored data are safe"
    let full = TareError.fault(
      "\(path): the disk is full; \(safe); free some space and run again")
    let reason = error.message ?? "\(error.resultCode)"
    switch error.resultCode {
    case .SQLITE_FULL:
      self = full
    // No room for the index of the write-ahead log.
    case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE:
      self = full
    case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
      self = .busy(
        "\(path): another process has locked the store for too long; \(safe); "
          + "retry when it has finished")
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
      self = .fault("\(path): the file or its folder is read-only; \(safe)")
    case .SQLITE_CANTOPEN:
      self = .cannotOpen(path)
    case .SQLITE_NOTADB:
      self = .badData(
        place: path, found: "a file that is not an SQLite database", accepted: "a store of tare")
    case .SQLITE_CORRUPT:
      self = .badData(
        place: path, found: "a damaged database (\(reason))",
        accepted: "an undamaged store (`tare store check FILE` lists what is damaged, `tare store "
          + "recover FILE --output NEW` saves what is readable)")
    case .SQLITE_IOERR:
      self = .fault("\(path): reading or writing failed (\(reason)); \(safe)")
    // A statement that fits the schema fails where somebody has changed the tables.
    case .SQLITE_ERROR, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_SCHEMA:
      self = .badData(
        place: path, found: "tables or rows that were changed by another program (\(reason))",
        accepted: "a store as tare writes it (`tare store check FILE` lists what is damaged)")
    default:
      self = .fault("\(path): \(error)")
    }
  }

  private static func cannotOpen(_ path: String) -> TareError {
    let folder = URL(filePath: path).deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      return .usage("\(path): a folder, not a store")
    }
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue
    else { return .usage("\(path): folder \(folder) does not exist") }
    return .fault(
      "\(path): cannot be opened; a store and its folder must be readable and writable "
        + "(SQLite keeps two more files next to a store, even for reading)")
  }
}
