// Put in by the build.

declare const GROUPS: string;
declare const VERSION: string;

// Of the File System Access API: Chromium alone has it, and TypeScript does not know it.

interface FileSystemHandle {
  requestPermission(asked: { mode: "read" }): Promise<PermissionState>;
}

interface Window {
  showDirectoryPicker(options: { mode: "read"; id: string }): Promise<FileSystemDirectoryHandle>;
}
