// Put in by the build.

declare const GROUPS: string;
declare const VERSION: string;
