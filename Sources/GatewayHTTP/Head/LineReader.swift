// SPDX-License-Identifier: Apache-2.0

/// Reads the field lines of a message head into a table. The head is known to be whole.
struct LineReader: ~Copyable {
    /// The head's bytes; names are put in lower case as they are read.
    private(set) var table: FieldTable
    private let limits: HeadLimits

    init(_ table: consuming FieldTable, limits: HeadLimits) {
        self.table = table
        self.limits = limits
    }

    consuming func take() -> FieldTable { table }

    /// Reads every line from `start` to the empty line that ends the head.
    mutating func readFields(from start: Int) throws(HTTPFault) {
        var index = start
        while true {
            if table.bytes[index] == .cr {
                guard table.bytes[index + 1] == .lf else { throw HTTPFault(400, "a carriage return stands alone") }
                return
            }
            try limits.checkRoom(after: table.entries.count)
            index = try readField(from: index)
        }
    }

    /// Reads the line at `start` and gives where the next begins. The head ends in an empty line, so that neither loop
    /// runs past its end: a carriage return stops both.
    private mutating func readField(from start: Int) throws(HTTPFault) -> Int {
        var index = start
        while ByteClass.token.contains(table.bytes[index]) {
            table.bytes[index] = table.bytes[index].lowercased
            index += 1
        }
        guard index > start, table.bytes[index] == UInt8(ascii: ":") else {
            throw HTTPFault(400, "a header line is not a name, a colon and a value")
        }
        let name = start..<index
        guard name.count <= Int(UInt16.max) else { throw HTTPFault(431, "a header field name is too long") }
        index += 1
        while table.bytes[index] == .space || table.bytes[index] == .tab { index += 1 }
        let valueStart = index
        while ByteClass.isFieldValue(table.bytes[index]) { index += 1 }
        guard table.bytes[index] == .cr, table.bytes[index + 1] == .lf else {
            throw HTTPFault(400, "a header field value has a control character")
        }
        var valueEnd = index
        while valueEnd > valueStart, table.bytes[valueEnd - 1] == .space || table.bytes[valueEnd - 1] == .tab {
            valueEnd -= 1
        }
        table.append(name: name, value: valueStart..<valueEnd)
        return index + 2
    }
}
