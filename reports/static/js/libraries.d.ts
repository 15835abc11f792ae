// Types of the used functions of libraries whose inner modules have none.

declare module "*/write-excel-file/modules/export/writeXlsxFileUniversal.js" {
  /** Makes a workbook without a worker. */
  export function generateXlsxFileSync(
    rows: unknown[][],
    sheet: object,
    options: object,
    convertContent: (content: Blob) => Promise<Uint8Array>,
  ): Promise<Blob>;
}

declare module "*/write-excel-file/modules/export/convertFileContentToUint8ArrayBrowser.js" {
  export default function convertContent(content: Blob): Promise<Uint8Array>;
}
