namespace SkillPlatform.AppHost;

/// <summary>What else is asked of us than to start: by <c>./run</c> and by what stands in <c>scripts</c>.</summary>
internal static class Verbs
{
    /// <summary>The code to end with; null where everything is to be started, or published.</summary>
    public static async Task<int?> Do(Settings settings, string[] words)
    {
        switch (words)
        {
            case [] or [['-', ..], ..]:
                return null;
            case ["status"]:
                return await Progress.ShowStatus(settings);
            case ["ready", var host]:
                return await Progress.ShowStart(settings, host);
        }
        Settings.OrSayWhyNot(
            words switch
            {
                ["stop"] => () => Leftovers.Stop(settings),
                ["forget"] => settings.Forget,
                ["backup", [not '-', ..] folder] => () => new Backup(settings).Take(folder),
                ["restore", var folder] => () => new Backup(settings).Restore(folder, null),
                ["restore", var folder, var data] => () => new Backup(settings).Restore(folder, data),
                ["republish", var since] => () => new Backup(settings).Republish(since),
                _ => () =>
                    throw new SettingException(
                        "scripts/backup FOLDER, scripts/restore FOLDER [DATA] or scripts/republish SINCE"
                    ),
            }
        );
        return 0;
    }
}
